// The rules that the checks rest on. The words are the specification's own, shortened where "…" stands.
import type { CheckWording, Rule } from '../../../model/check.ts';
import { LITTER } from '../../base/posix.ts';

const SPEC = 'https://modelcontextprotocol.io/specification/2025-06-18/basic';

const requirement = (source: string, says: string, url: string): Rule => ({ source, says, url, force: 'requirement' });

const SHUTDOWN = requirement(
  'MCP 2025-06-18, Lifecycle, Shutdown, stdio; 2026-07-28, stdio, Shutdown',
  'the client closes the input stream to the server and waits for the server to exit, which exits promptly at end of file',
  `${SPEC}/lifecycle#stdio`,
);

export const RULES = {
  handshake: requirement(
    'MCP 2025-06-18, Lifecycle, Initialization',
    'the server MUST respond with its own capabilities and information',
    `${SPEC}/lifecycle#initialization`,
  ),
  answers: requirement(
    'MCP 2025-06-18, Base protocol, Responses',
    'responses … MUST include the same ID as the request they correspond to',
    `${SPEC}#responses`,
  ),
  framing: requirement(
    'MCP 2025-06-18, Transports, stdio',
    'messages are delimited by newlines; a write of the client is no message, and a pipe keeps no borders (pipe(7))',
    `${SPEC}/transports#stdio`,
  ),
  ping: requirement(
    'MCP 2025-06-18, Ping, Behavior Requirements',
    'the receiver MUST respond promptly with an empty response',
    `${SPEC}/utilities/ping`,
  ),
  shutdown: SHUTDOWN,
  signal: requirement(
    'MCP 2025-06-18, Lifecycle, Shutdown, stdio',
    'the client sends SIGTERM if the server does not exit within a reasonable time (its default action ends a process: signal(7))',
    `${SPEC}/lifecycle#stdio`,
  ),
  parseError: requirement(
    'JSON-RPC 2.0, 5.1 Error object',
    'invalid JSON is answered with error -32700 or passed over; it is no reason to end',
    'https://www.jsonrpc.org/specification#error_object',
  ),
  encoding: requirement(
    'JSON-RPC 2.0, 5.1 Error object; RFC 8259, 8.1',
    'JSON between programs is UTF-8; what is not is invalid JSON, answered with error -32700 or passed over, and no reason to end',
    'https://www.jsonrpc.org/specification#error_object',
  ),
  errors: requirement(
    'JSON-RPC 2.0, 5 Response object',
    'an error while a request is handled is answered by an error object',
    'https://www.jsonrpc.org/specification#response_object',
  ),
  starts: {
    source: 'POSIX, Error numbers: EMFILE, ENOENT, EROFS, ENOSPC',
    says: 'what cannot be had is an error of the call that wants it; who can do without it starts without it',
    url: 'https://pubs.opengroup.org/onlinepubs/9799919799/functions/V2_chap02.html#tag_16_03',
    force: 'habit',
  },
  keeps: {
    source: 'POSIX write(), ENOSPC',
    says: 'a disk is finite: who keeps a file of each session and never removes one fills it one day',
    url: 'https://pubs.opengroup.org/onlinepubs/9799919799/functions/write.html',
    force: 'habit',
  },
  brokenPipe: {
    source: 'POSIX write(), EPIPE',
    says: 'a client that has gone is an error of a write; who ends well handles it, and a stack trace helps nobody',
    url: 'https://pubs.opengroup.org/onlinepubs/9799919799/functions/write.html',
    force: 'habit',
  },
  backPressure: requirement(
    'POSIX write(), pipes',
    'a full pipe makes a writer wait; what was written is neither lost nor out of order when it is read later',
    'https://pubs.opengroup.org/onlinepubs/9799919799/functions/write.html',
  ),
  cancel: {
    source: 'MCP 2025-06-18, Cancellation, Behavior Requirements',
    says: 'receivers of a cancellation SHOULD stop processing the cancelled request and free its resources',
    url: `${SPEC}/utilities/cancellation`,
    force: 'habit',
  },
  secondInitialize: requirement(
    'MCP 2025-06-18, Lifecycle, Initialization; JSON-RPC 2.0, 5',
    'a request is answered by a result or an error; a second initialize is no reason to end',
    `${SPEC}/lifecycle#initialization`,
  ),
} as const satisfies Record<string, Rule>;

/** Beside whatever is checked: these hold at any time. */
export const BESIDE: NonNullable<CheckWording['beside']> = {
  crash: {
    rule: RULES.errors,
    cure: 'Catch what a request throws, and answer it with an error.',
  },
  protocol: {
    rule: requirement(
      'MCP 2025-06-18, Transports, stdio',
      'the server MUST NOT write anything to its stdout that is not a valid MCP message',
      `${SPEC}/transports#stdio`,
    ),
    cure: 'Write log lines to stderr.',
  },
  process: { rule: SHUTDOWN, cure: 'End what a call has started with the call, or at the latest with the server.' },
  file: LITTER,
};
