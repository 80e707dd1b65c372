// What POSIX and TCP say, and packs rest on.
import type { CheckWording, Rule } from '../../model/check.ts';

const posix = (source: string, page: string, says: string): Rule => ({
  source: `POSIX ${source}`,
  says,
  url: `https://pubs.opengroup.org/onlinepubs/9799919799/${page}.html`,
  force: 'requirement',
});

const tcp = (section: string, says: string): Rule => ({
  source: `RFC 9293, ${section}`,
  says,
  url: `https://www.rfc-editor.org/rfc/rfc9293#section-${section}`,
  force: 'requirement',
});

/** Of servers that listen at a port. */
export const NETWORK_RULES = {
  stream: tcp('2.2', 'TCP carries a stream of bytes: it keeps no borders of writes, and a read may end anywhere'),
  reset: posix(
    'recv(), ECONNRESET',
    'functions/recv',
    'a connection that its peer has reset is an error of a read or a write of that connection, and no reason to end',
  ),
  slow: posix(
    'send()',
    'functions/send',
    'where a socket has no room, send() blocks or fails with EAGAIN: who serves many clients must not wait for one of them',
  ),
  gone: tcp(
    '3.5.1',
    'a peer that has gone without a word is found by sending only; until then its half of the connection stays, and nobody else may suffer',
  ),
  descriptors: posix(
    'close()',
    'functions/close',
    'a descriptor is held until it is closed; a server that keeps those of clients that have gone comes to EMFILE',
  ),
  memory: posix(
    'malloc(), ENOMEM',
    'functions/malloc',
    'memory is finite: a server that keeps something of each client that has gone ends one day',
  ),
  signal: posix(
    'signal.h, SIGTERM',
    'basedefs/signal.h',
    'SIGTERM asks for the end of a program; whoever asks kills it after some seconds (docker stop: 10 s), and then nothing is said to its clients',
  ),
} as const satisfies Record<string, Rule>;

/** A file that is left when it has ended. */
export const LITTER: NonNullable<NonNullable<CheckWording['beside']>['file']> = {
  rule: {
    source: 'File Hierarchy Standard 3.0, /tmp; XDG Base Directory',
    says: 'a file that nobody needs any more is removed, and what shall stay is in a folder of data or caches',
    force: 'requirement',
  },
  cure: 'Remove it before the end, or write it below the XDG folders.',
};
