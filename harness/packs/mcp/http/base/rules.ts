// The rules of streamable HTTP. The words are the specification's own, shortened where "…" stands.
import type { CheckWording, Rule } from '../../../../model/check.ts';
import { LITTER, NETWORK_RULES } from '../../../base/posix.ts';
import { RULES } from '../../base/rules.ts';

const PAGE = 'https://modelcontextprotocol.io/specification/2025-06-18/basic/transports';

const transport = (section: string, says: string, force: Rule['force'] = 'requirement'): Rule => ({
  source: `MCP 2025-06-18, Streamable HTTP, ${section}`,
  says,
  url: `${PAGE}#${section.toLowerCase().replaceAll(' ', '-')}`,
  force,
});

const SENDING = 'Sending Messages to the Server';
const SESSIONS = 'Session Management';
const RESUMING = 'Resumability and Redelivery';
const SECURITY = 'Security Warning';

export const HTTP_RULES = {
  handshake: RULES.handshake,
  parseError: RULES.parseError,
  encoding: RULES.encoding,
  answers: RULES.answers,
  ping: RULES.ping,
  cancel: RULES.cancel,
  errors: RULES.errors,
  starts: RULES.starts,
  ...NETWORK_RULES,
  accept: {
    source: 'POSIX accept(), EMFILE',
    says: 'without a free descriptor a connection is not taken; that is an error of accept(), and over when descriptors are free again',
    url: 'https://pubs.opengroup.org/onlinepubs/9799919799/functions/accept.html',
    force: 'requirement',
  },
  size: {
    source: 'RFC 9110, 15.5.14',
    says: '413 says that the server refuses a request because its content is larger than it is willing to process; it MAY close the connection',
    url: 'https://www.rfc-editor.org/rfc/rfc9110#section-15.5.14',
    force: 'requirement',
  },
  clients: {
    source: 'MCP 2025-06-18, Streamable HTTP',
    says: 'the server operates as an independent process that can handle multiple client connections',
    url: `${PAGE}#streamable-http`,
    force: 'requirement',
  },
  disconnection: transport(SENDING, 'disconnection MAY occur at any time (e.g., due to network conditions)'),
  accepted: transport(SENDING, 'if the server accepts the input, the server MUST return HTTP status code 202 Accepted with no body'),
  origin: transport(SECURITY, 'servers MUST validate the Origin header on all incoming connections to prevent DNS rebinding attacks'),
  originAlone: transport(
    SECURITY,
    'servers MUST validate the Origin header …; a Host that is validated keeps DNS rebinding out as well',
    'habit',
  ),
  loopback: transport(
    SECURITY,
    'when running locally, servers SHOULD bind only to localhost (127.0.0.1) rather than all network interfaces (0.0.0.0)',
    'habit',
  ),
  version: transport(
    'Protocol Version Header',
    'if the server receives a request with an invalid or unsupported MCP-Protocol-Version, it MUST respond with 400 Bad Request',
  ),
  listening: transport(
    'Listening for Messages from the Server',
    'the server MUST either return Content-Type: text/event-stream in response to this HTTP GET, or else return HTTP 405 Method Not Allowed',
  ),
  endedSession: transport(
    SESSIONS,
    'the server MAY terminate the session at any time, after which it MUST respond to requests containing that session ID with HTTP 404 Not Found',
  ),
  endOfSession: transport(
    SESSIONS,
    'clients SHOULD send an HTTP DELETE … to explicitly terminate the session; the server MAY respond … with HTTP 405 Method Not Allowed',
    'habit',
  ),
  resuming: transport(
    RESUMING,
    'the server MAY use [Last-Event-ID] to replay messages that would have been sent after the last event ID, on the stream that was disconnected',
    'habit',
  ),
  replay: transport(
    RESUMING,
    'the ID MUST be globally unique across all streams within that session …; the server MUST NOT replay messages that would have been delivered on a different stream',
  ),
  missingSession: transport(
    SESSIONS,
    'servers that require a session ID SHOULD respond to requests without an Mcp-Session-Id header (other than initialization) with HTTP 400 Bad Request',
    'habit',
  ),
} as const satisfies Record<string, Rule>;

/** Beside whatever is checked: these hold at any time. */
export const HTTP_BESIDE: NonNullable<CheckWording['beside']> = {
  crash: {
    rule: RULES.errors,
    cure: 'Catch what a request throws, and answer it with an error; handle the error event of each connection.',
  },
  protocol: {
    rule: {
      source: 'RFC 9112, 2.2 and 6.3',
      says: 'a message has a start line, fields and a body whose length they say',
      url: 'https://www.rfc-editor.org/rfc/rfc9112#section-6.3',
      force: 'requirement',
    },
    cure: 'Let an HTTP library write the answers.',
  },
  process: { rule: NETWORK_RULES.signal, cure: 'On SIGTERM, end all that was started, then exit.' },
  file: LITTER,
};
