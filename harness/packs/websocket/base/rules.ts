// The rules that the checks rest on. What stands in capitals is said by the standard in these
// words; the rest is shortened.
import type { CheckWording, Rule } from '../../../model/check.ts';
import { LITTER, NETWORK_RULES } from '../../base/posix.ts';

const RFC = 'https://www.rfc-editor.org/rfc/rfc6455#section-';

const rfc = (section: string, says: string): Rule => ({
  source: `RFC 6455, ${section}`,
  says,
  url: `${RFC}${section}`,
  force: 'requirement',
});

export const RULES = {
  ...NETWORK_RULES,
  handshake: rfc('4.2.2', 'the server MUST send back a response with status 101 and the Sec-WebSocket-Accept made of the key'),
  ping: rfc(
    '5.5.2',
    'upon receipt of a Ping frame, an endpoint MUST send a Pong frame in response, unless it already received a Close frame',
  ),
  pong: rfc(
    '5.5.3',
    'a Pong frame sent in response to a Ping frame must have identical "Application data" as found in the message body of the Ping',
  ),
  fragments: rfc(
    '5.4',
    'control frames MAY be injected in the middle of a fragmented message; an endpoint MUST be capable of handling them',
  ),
  length: rfc(
    '5.2',
    'a payload length of 127 says that the following 8 bytes … are the payload length; a limit is answered with 1009 (7.4.1)',
  ),
  mask: rfc('5.1', 'the server MUST close the connection upon receiving a frame that is not masked'),
  reserved: rfc('5.2', 'if an unknown opcode or a reserved bit is received, the receiving endpoint MUST _Fail the WebSocket Connection_'),
  utf8: rfc('8.1', 'when … the byte stream is not, in fact, a valid UTF-8 stream, that endpoint MUST _Fail the WebSocket Connection_'),
  close: rfc(
    '5.5.1',
    'if an endpoint receives a Close frame … the endpoint MUST send a Close frame in response; the server MUST close the underlying TCP connection immediately',
  ),
  lostClient: rfc('7.1.5', 'a connection may end without a Close frame (1006); that is the end of one connection and of no other'),
} as const satisfies Record<string, Rule>;

/** Beside whatever is checked: these hold at any time. */
export const BESIDE: NonNullable<CheckWording['beside']> = {
  crash: { rule: RULES.lostClient, cure: 'Handle the error event of each socket: an error of one connection ends that connection.' },
  protocol: {
    rule: rfc('5.2', 'every frame of a server is framed so, is not masked, and uses no bits that were not negotiated'),
    cure: 'Let a WebSocket library write the frames.',
  },
  process: { rule: RULES.signal, cure: 'On SIGTERM, end all that was started, then exit.' },
  file: LITTER,
};
