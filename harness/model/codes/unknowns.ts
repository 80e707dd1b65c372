// Why a verdict is unknown, and why a case was skipped: nothing was learnt about the system.
import { REPLAY, type Explanation } from './explanation.ts';

const page = 'explanation/verdicts.md';
const DOCTOR = '`tornwire doctor` says what this machine has and lacks, with the cure.';

const REASONS = {
  vacuous: {
    means: 'The fault of the scenario did not act as often or as sharply as it must. The run proves nothing, so it is no pass.',
    causes: [
      'The trigger waits for a frame, a byte or a connection that never comes.',
      'The step waits for a mark that the script does not pass, or for another step that did not fire.',
      'The native calls do not load here, so a split was only paced by time.',
    ],
    closer: ['The message says what the step waited for. `mayFire: true` is for a step that need not fire.', REPLAY],
    page: 'reference/steps.md',
  },
  starved: {
    means: 'Something was late, and the machine was so busy that this explains it.',
    causes: ['Too many cases or other programs run beside it.', 'The machine has few processors, or its container has a small share.'],
    closer: [
      'Run the case again alone: the replay line, with --jobs 1.',
      'The message says how much time the machine took, and by which reading.',
    ],
    page,
  },
  'checker-budget': {
    means: 'There is a suspicion, and too few rounds or readings to decide it.',
    causes: ['A series is too short to tell a leak from a cache that fills.'],
    closer: ['Ask for twice as many rounds.', REPLAY],
    page,
  },
  injector: {
    means: 'The fault server did not do its work: it ended, did not answer or refused a request.',
    causes: ['It was killed, for want of memory or by somebody.', 'The machine stood still for a while.'],
    closer: ['The log of the fault server lies beside the history.', REPLAY],
    page,
  },
  harness: {
    means: 'Tornwire itself, or code of the project that it ran, failed outside of the script.',
    causes: [
      'A view, a probe or an oracle of the project throws.',
      'An error came out of code that nobody waits for: a promise without a handler, a timer.',
      'A node or the run could not be set up on this machine.',
    ],
    closer: ['The message has the error and its place.', DOCTOR],
    page,
  },
  mistaken: {
    means:
      'The scenario does not fit together, for example a step on a link that there is not. Its author must correct it; the exit code is 2.',
    causes: [
      'A name is mistyped.',
      'A fault is asked of a link that cannot carry it.',
      'A step waits for a step that is not in the schedule.',
    ],
    closer: ['`tornwire init --check` names all such mistakes with file and line, and starts nothing.'],
    page: 'reference/scenario.md',
  },
  'out-of-memory': {
    means: 'A program was killed by SIGKILL and nobody knows by whom. Most often the kernel had no memory left.',
    causes: ['The machine or the container has too little memory for so many cases at once.'],
    closer: ['Look into the log of the kernel (dmesg) for "Out of memory".', 'Run it again with --jobs 1.'],
    page,
  },
  refused: {
    means: 'The case cannot be played in this runtime, with this fault server or on this machine.',
    causes: ['A tool is not installed.', 'The runtime cannot do such a fault by its nature.'],
    closer: [DOCTOR],
    page: 'reference/faults-by-runtime.md',
  },
  interrupted: {
    means: 'The run was interrupted before this case had its verdict.',
    causes: ['Ctrl-C, SIGTERM of a CI system, or a budget that was used up.'],
    closer: [REPLAY],
    page,
  },
  unconfirmed: {
    means: 'A failure came with faster clocks (--clock-speed), and not when the case was run again at speed 1.',
    causes: ['A timer of the test or of a peer that does not run faster.', 'A race that comes rarely.'],
    closer: ['Run the case at speed 1 with --repeat 20.'],
    page,
  },
} as const satisfies Record<string, Explanation>;

export type UnknownReason = keyof typeof REASONS;
export const unknownReasons = Object.keys(REASONS) as UnknownReason[];

export const UNKNOWNS: Readonly<Record<string, Explanation>> = {
  ...Object.fromEntries(Object.entries(REASONS).map(([reason, explanation]) => [unknownCode(reason as UnknownReason), explanation])),
  'TW-SKIPPED-BY-DESIGN': {
    means:
      'The case was not played: this runtime or this fault server cannot do such a thing, and nothing that could be installed would change that.',
    causes: ['A fault of processes is asked of containers, or a fault of a pipe is asked of a socket.'],
    closer: ['The tables of faults by runtime and by transport say what is possible where.'],
    page: 'reference/faults-by-runtime.md',
  },
  'TW-SKIPPED-MISSING': {
    means: 'The case was not played: something is missing on this machine. It is counted and never silent.',
    causes: ['A tool, a right or a container engine is missing.', 'The scenario itself says that it cannot run here.'],
    closer: [DOCTOR],
    page: 'reference/exit-codes.md',
  },
};

export function unknownCode(reason: UnknownReason): string {
  return `TW-UNKNOWN-${reason.toUpperCase()}`;
}

export function skippedCode({ byDesign }: { byDesign?: true }): string {
  return byDesign ? 'TW-SKIPPED-BY-DESIGN' : 'TW-SKIPPED-MISSING';
}
