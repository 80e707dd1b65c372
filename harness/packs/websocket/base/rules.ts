// The rules that the checks rest on. What stands in capitals is said by the standard in these
// words; the rest is shortened.
import type { CheckWording, Rule } from '../../../model/check.ts';

const RFC = 'https://www.rfc-editor.org/rfc/rfc6455#section-';

const rfc = (section: string, says: string): Rule => ({
  source: `RFC 6455, ${section}`,
  says,
  url: `${RFC}${section}`,
  force: 'requirement',
});

const tcp: Rule = {
  source: 'RFC 9293, 2.2',
  says: 'TCP carries a stream of bytes: it keeps no borders of writes, and a read may end anywhere',
  url: 'https://www.rfc-editor.org/rfc/rfc9293#section-2.2',
  force: 'requirement',
};

export const RULES = {
  handshake: rfc('4.2.2', 'the server MUST send back a response with status 101 and the Sec-WebSocket-Accept made of the key'),
  stream: tcp,
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
  reset: {
    source: 'POSIX recv(), ECONNRESET',
    says: 'a connection that its peer has reset is an error of a read or a write of that connection, and no reason to end',
    url: 'https://pubs.opengroup.org/onlinepubs/9799919799/functions/recv.html',
    force: 'requirement',
  },
  slow: {
    source: 'POSIX send()',
    says: 'where a socket has no room, send() blocks or fails with EAGAIN: who serves many clients must not wait for one of them',
    url: 'https://pubs.opengroup.org/onlinepubs/9799919799/functions/send.html',
    force: 'requirement',
  },
  gone: {
    source: 'RFC 9293, 3.5.1',
    says: 'a peer that has gone without a word is found by sending only; until then its half of the connection stays, and nobody else may suffer',
    url: 'https://www.rfc-editor.org/rfc/rfc9293#section-3.5.1',
    force: 'requirement',
  },
  descriptors: {
    source: 'POSIX close()',
    says: 'a descriptor is held until it is closed; a server that keeps those of clients that have gone comes to EMFILE',
    url: 'https://pubs.opengroup.org/onlinepubs/9799919799/functions/close.html',
    force: 'requirement',
  },
  memory: {
    source: 'POSIX malloc(), ENOMEM',
    says: 'memory is finite: a server that keeps something of each client that has gone ends one day',
    url: 'https://pubs.opengroup.org/onlinepubs/9799919799/functions/malloc.html',
    force: 'requirement',
  },
  signal: {
    source: 'POSIX signal.h, SIGTERM',
    says: 'SIGTERM asks for the end of a program; whoever asks kills it after some seconds (docker stop: 10 s), and then nothing is said to its clients',
    url: 'https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/signal.h.html',
    force: 'requirement',
  },
} as const satisfies Record<string, Rule>;

/** Beside whatever is checked: these hold at any time. */
export const BESIDE: NonNullable<CheckWording['beside']> = {
  crash: { rule: RULES.lostClient, cure: 'Handle the error event of each socket: an error of one connection ends that connection.' },
  protocol: {
    rule: rfc('5.2', 'every frame of a server is framed so, is not masked, and uses no bits that were not negotiated'),
    cure: 'Let a WebSocket library write the frames.',
  },
  process: { rule: RULES.signal, cure: 'On SIGTERM, end all that was started, then exit.' },
  file: {
    rule: {
      source: 'File Hierarchy Standard 3.0, /tmp; XDG Base Directory',
      says: 'a file that nobody needs any more is removed, and what shall stay is in a folder of data or caches',
      force: 'requirement',
    },
    cure: 'Remove it before the end, or write it below the XDG folders.',
  },
};
