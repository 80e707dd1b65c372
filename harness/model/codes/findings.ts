// Findings: what an oracle holds against the system. The code of a finding says of what kind it is; its fingerprint tells one bug
// from another. A code is never given to another meaning.
import { finding, type Explanation } from './explanation.ts';
import { LEAKS } from './leaks.ts';

const BOUNDS_PAGE = 'reference/topology.md';
const PACKS_PAGE = 'reference/packs.md';

const CRASHES = {
  'TW-CRASH-UNASKED': finding(
    'A program ended although nobody had asked it to.',
    [
      'An error that nobody catches: a write to a peer that is gone (EPIPE), a reset connection without an error listener, a reply that does not parse.',
      'A program that ends on purpose when a peer goes away. If it may do so, name that end in `exits` of the node.',
    ],
    ['The lines behind | in the message are the last words of the program.'],
  ),
  'TW-CRASH-BEFORE-READY': finding(
    'A program ended before it was ready, so the script did not begin.',
    [
      'Its command, its arguments or its variables are wrong. The last lines of its log tell.',
      'It needs something that is not there: a file, another service, a port that is taken.',
      'A fault of the schedule met it while it started, and it gives up instead of trying again.',
    ],
    ['Start the command of the node by hand, with the variables that its adapter gives it.'],
    'how-to/your-own-system.md',
  ),
  'TW-CRASH-AT-STOP': finding('A program was asked to stop by SIGTERM, and ended with an error.', [
    'Its handler of SIGTERM throws, or closes something twice.',
    'A connection that ends during the shutdown makes an error that nobody catches.',
  ]),
} as const;

const HANGS = {
  'TW-HANG-OWED': finding(
    'Something that the system owed did not happen within its bound: an answer, a recovery, a program that becomes ready.',
    [
      'A reply was lost with a connection, and whoever waits for it has no timeout and does not ask again.',
      'After a lost connection nobody dials again, or only after a longer pause than the bound.',
      'The bound is shorter than the timers of the system. `longestTimerMs` of a node tells the harness about them.',
    ],
    ['"last moved" in the message is the last sign of life before the silence; "in force" names the faults of that time.'],
  ),
  'TW-HANG-STOP': finding('A program was asked to stop and was still there after its bound (`stopWithinMs`).', [
    'A server waits for connections or requests that never end.',
    'A timer, a child process or a lock keeps the program alive.',
    'It does not handle SIGTERM, and it is process 1 of a container, where a signal without a handler does nothing.',
  ]),
  'TW-HANG-SCRIPT': finding('The whole script did not end within its bound (`within` of the scenario).', [
    'A call of the script waits for an answer without a bound of its own. Wait with `script.until`, which has one.',
    'The sum of lawful waits is longer than the bound.',
  ]),
  'TW-HANG-NEIGHBOUR': finding('A link that no fault touches became slow or silent while another link was broken.', [
    'One loop or one thread serves all connections, and it waits for the broken one.',
    'A queue, a lock or a pool is shared by all peers, and the broken one fills it.',
  ]),
  'TW-HANG-CUT-SHORT': finding('The run was cut short while something was still owed. Nothing is held against the system.', [
    'Somebody interrupted the run.',
  ]),
  'TW-HANG-NOT-FIRED': finding('The script waited for a fault, and it did not fire within the bound. The run proves nothing.', [
    'The trigger waits for a frame, a byte or a connection that never comes.',
    'The step is armed too late: what it waits for has passed already.',
  ]),
  'TW-HANG-ROUNDS': finding('The rounds of a series need longer than their budget, and none of them was stuck.', [
    'Too many rounds are asked for, or one round takes long by design. Raise `within` of the cycles.',
  ]),
} as const;

const OTHERS = {
  'TW-PROTOCOL-UNDECODABLE': finding('A program sent bytes that do not decode under the framing of the link.', [
    'Two writers use one connection, so that their messages mix.',
    'A length, a mask or an encoding is wrong, often only for big messages or for text that is no ASCII.',
    'The link names another framing than it has.',
  ]),
  'TW-PROTOCOL-LINE': finding(
    'A program printed a line that the framing of the link does not allow, for example a log line where only JSON may stand.',
    ['A banner or a log goes to stdout, which belongs to the protocol. Send it to stderr.', 'A library prints a warning on stdout.'],
    [],
    'reference/children-over-stdio.md',
  ),
  'TW-PROTOCOL-WEAK-KEYS': finding('The keys of the WebSocket handshakes are not drawn at random, as RFC 6455 wants.', [
    'The key is a constant, a counter or the time.',
  ]),
  'TW-SCRIPT': finding(
    'The script itself threw: an assertion did not hold, or a client had an error that the scenario does not expect.',
    [
      'The system gave a wrong answer.',
      'The fault cut a call of the script. Let the script expect that: such a call ends with IndeterminateError.',
      'The script is wrong.',
    ],
    ['The place in round brackets is the line of the script.'],
    'reference/script.md',
  ),
  'TW-CHECK-BROKEN': finding(
    'The script of a check saw with its own eyes that the program does not keep the rule of the check.',
    ['The program is wrong, in the way that the word in capitals names: WRONG ANSWER, ENDED, NOT CANCELLED.'],
    ['`tornwire check` prints the rule, and the command that runs this check alone.'],
    PACKS_PAGE,
  ),
  'TW-CHECK-NOT-PROVED': finding(
    'What a check wants to see could not come about, and the program is not to blame.',
    ['The call that `--slow` names was answered at once, so that nothing could be done beside it.'],
    [],
    PACKS_PAGE,
  ),
  'TW-CHECK-NO-TARGET': finding(
    'The command is nothing that the pack can check: it does not start, speaks another protocol, or wants a password or the network.',
    ['The command is mistyped, or lacks an argument or a variable.', 'It is a program of another kind.'],
    ['Start the command by hand, with an empty HOME.'],
    PACKS_PAGE,
  ),
  'TW-DIVERGENCE-APART': finding('The faults are lifted, all is at rest, and two views of one truth still differ.', [
    'A message was lost with a connection and is never sent again.',
    'After a reconnection a node goes on from its old state and does not ask for what it has missed.',
    'A message was applied twice.',
  ]),
  'TW-DIVERGENCE-RESTLESS': finding('A view never stopped changing, so nobody can say whether the views agree.', [
    'A loop: two nodes answer each other for ever, or one tries again without an end.',
    'The view holds a time or a counter that always moves. Leave it out of the view.',
  ]),
  'TW-DIVERGENCE-UNREADABLE': finding('A view could not be read at the end, so it cannot be compared.', [
    'The function of the view throws, because the node does not answer or has ended.',
  ]),
  'TW-DIVERGENCE-SLOW': finding('The views agree in the end, but later than they must (`restWithin`).', [
    'A back-off or a poll interval is longer than the bound.',
  ]),
  'TW-BOUNDS-DIALS': finding(
    'A link was dialled more often than its `dialsAtMost` allows.',
    ['A client dials again at once, without a pause that grows.', 'Two reconnections run beside each other.'],
    [],
    BOUNDS_PAGE,
  ),
  'TW-BOUNDS-CONNECTIONS': finding(
    'A link held more connections at once than its `connectionsAtMost` allows.',
    ['A lost connection is replaced and never closed.', 'A pool has no limit.'],
    [],
    BOUNDS_PAGE,
  ),
  'TW-BOUNDS-FIRINGS': finding(
    'A fault fired more often than its `firesAtMost` allows: somebody did again what the fault hits.',
    ['A request that has failed is sent again and again, without an end.'],
    [],
    'reference/steps.md',
  ),
  'TW-EXPECTED': finding(
    'The scenario says that an oracle must find something (`expect`), and that oracle found nothing.',
    ['The bug that the scenario was written for is mended: remove `expect`.', 'The fault does not reach the bug any more.'],
    [],
    'reference/scenario.md',
  ),
} as const;

export const FINDINGS = { ...CRASHES, ...HANGS, ...LEAKS, ...OTHERS } as const satisfies Record<string, Explanation>;

export type FindingCode = keyof typeof FINDINGS;
