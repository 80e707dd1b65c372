// Leaks: something countable does not come back to where it was.
import { finding } from './explanation.ts';

const PATHS = 'The message names the places. `mayLeave` of a node lists what it may leave on purpose.';

export const LEAKS = {
  'TW-LEAK-PROCESS': finding(
    'A process is still alive after everything was stopped.',
    [
      'A child was started and not ended with its parent: the parent was killed, or ended without ending its child.',
      'A shell was ended and the command that it had started was not (`sh -c "…"`). End the process group, or start the command without a shell.',
      'A program over stdio does not end when its stdin ends.',
    ],
    ['The message says which process it is, how old it is and who its parent was.'],
  ),
  'TW-LEAK-CONTAINER': finding('A container is still there after everything was stopped.', [
    'A node started a container of its own and did not remove it.',
  ]),
  'TW-LEAK-NETWORK': finding('A network of the container engine is still there after everything was stopped.', [
    'A container that nobody removed is still in it.',
  ]),
  'TW-LEAK-SOCKET-FILE': finding('The file of a Unix socket is left after its node has ended.', [
    'The program does not remove it when it ends. The next start then fails with "address in use", or dials a dead file.',
  ]),
  'TW-LEAK-FILE': finding(
    'A file is left in the home or in the temporary folder of a node after everything was stopped.',
    ['A temporary file is removed only on the good path.', 'A lock or a log is kept on purpose: name it in `mayLeave`.'],
    [PATHS],
  ),
  'TW-LEAK-GROWING': finding('A node holds more of something countable after each round: sockets, descriptors, threads, timers.', [
    'Something is opened for each connection or request and is not closed when that ends by an error.',
    'A listener or a map entry is added for each peer and never removed.',
  ]),
  'TW-LEAK-HELD': finding('After the work of a workload a node holds more at rest than before it, and more than clean runs leave.', [
    'A connection that was lost under a fault was never closed on this side.',
    'A child, a pipe or a watch of a request that failed is kept.',
  ]),
  'TW-LEAK-MEMORY': finding(
    'A node holds more memory after each round.',
    ['A map or a list grows with each peer or request.', 'A queue for a peer that has gone is kept.'],
    ['More rounds tell a leak from a cache that fills.'],
  ),
  'TW-LEAK-OCCUPIED': finding('A node came to occupy more memory than it may, most often while a link was broken.', [
    'It buffers without a limit for a peer that does not read.',
    'It is lawful for this node: give it a bound of its own with `growthMaxMB`.',
  ]),
  'TW-LEAK-RECOVERY': finding('The same recovery takes longer with each round.', [
    'Each round leaves something behind that the next one must go through: old sessions, old listeners, a log that is read from its beginning.',
    'A back-off grows and is never set back after a success.',
  ]),
  'TW-LEAK-CONNECTIONS': finding('A node holds more connections of a link at rest than it needs, or than it held before the fault.', [
    'A connection that was replaced is not closed.',
    'Two reconnections run beside each other, and both succeed.',
  ]),
  'TW-LEAK-DIALS': finding('A node dials a peer again and again while everything is well and at rest.', [
    'A session is refused each time, for example because the peer still knows the old one, and the client begins anew without an end.',
  ]),
  'TW-LEAK-WARNING': finding(
    'The runtime of a program warns on stderr that something piles up or was left undone.',
    [
      'MaxListenersExceededWarning of Node: a listener is added for each event and never removed.',
      'Python: a coroutine, a task or a file was let go.',
    ],
    ["`warnings: 'ignored'` of a node takes such lines from judgement."],
  ),
} as const;
