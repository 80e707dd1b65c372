// What may happen at a frame: on the link as its bytes pass, and to the nodes at its ends.
import type { LinkFault, NodeFault } from '../../model/faults/fault.ts';
import type { Framing } from '../../model/system/link.ts';
import type { TalkClass } from '../conversation/conversation.ts';

/** Where in the frame, as a byte of it. */
export type Place = 'before it' | 'inside its header' | 'in the middle' | 'behind its last byte';

export interface LinkFaultAtFrame {
  label: string;
  place: Place;
  fault: LinkFault;
  /** Without this it goes on to the lift, so a system that is not up yet may wait for ever, and rightly. */
  passesBySelf: boolean;
  /** Timing and shape have no end by themselves: they act this often. */
  times?: number;
  dwellMs: number;
}

/** Long enough for what waits and tries again, and shorter than what gives up. */
const HELD_MS = 1_500;
const AT_ONCE_MS = 150;

/** In the order in which they have told most. */
export const LINK_FAULTS_AT_FRAMES: readonly LinkFaultAtFrame[] = [
  cutAt('rst', 'in the middle'),
  {
    label: 'gone after sending',
    place: 'behind its last byte',
    fault: { kind: 'gone-after-sending' },
    passesBySelf: true,
    times: 1,
    dwellMs: AT_ONCE_MS,
  },
  { label: 'split at every byte', place: 'before it', fault: { kind: 'split', every: 1 }, passesBySelf: true, dwellMs: AT_ONCE_MS },
  {
    label: 'stall',
    place: 'before it',
    fault: { kind: 'stall', forMs: HELD_MS },
    passesBySelf: true,
    times: 1,
    dwellMs: HELD_MS,
  },
  cutAt('fin', 'before it'),
  { label: 'half-open', place: 'before it', fault: { kind: 'half-open' }, passesBySelf: false, times: 1, dwellMs: HELD_MS },
  { label: 'stall', place: 'in the middle', fault: { kind: 'stall', forMs: HELD_MS }, passesBySelf: true, times: 1, dwellMs: HELD_MS },
  cutAt('fin', 'in the middle'),
  cutAt('half-close', 'before it'),
  cutAt('rst', 'inside its header'),
  {
    label: 'joined with the next',
    place: 'before it',
    fault: { kind: 'coalesce', frames: 2, withinMs: 100 },
    passesBySelf: true,
    dwellMs: AT_ONCE_MS,
  },
  // The fault `latency` is about whole connections; of one frame it is a short stall.
  { label: 'latency', place: 'before it', fault: { kind: 'stall', forMs: 120 }, passesBySelf: true, times: 1, dwellMs: AT_ONCE_MS },
  { ...cutAt('blackhole', 'before it'), passesBySelf: false, dwellMs: HELD_MS },
  { label: 'slow reader', place: 'before it', fault: { kind: 'slow-reader', rateBps: 2_048 }, passesBySelf: false, dwellMs: HELD_MS },
  cutAt('rst', 'before it'),
];

function cutAt(how: 'fin' | 'rst' | 'half-close' | 'blackhole', place: Place): LinkFaultAtFrame {
  return { label: `cut ${how}`, place, fault: { kind: 'cut', how }, passesBySelf: true, times: 1, dwellMs: AT_ONCE_MS };
}

type Answer = Extract<LinkFault, { kind: 'respond' }>['answer'];

/** By what a link speaks: the frames that ask something, and what anybody who is asked may lawfully answer. */
const ANSWERS: Partial<Readonly<Record<Framing, { asked: readonly string[]; answers: readonly { label: string; answer: Answer }[] }>>> = {
  // RFC 9110, sections 15.6.4 and 15.6.1.
  http: {
    asked: ['request-head'],
    answers: [
      { label: 'answered 503', answer: { status: 503, headers: { 'Retry-After': '1' }, body: 'busy' } },
      { label: 'answered 500', answer: { status: 500, body: 'broken' } },
    ],
  },
  // RFC 6455, section 7.4.1; 1012 (service restart) is in the registry of IANA.
  websocket: {
    asked: ['text', 'binary'],
    answers: [1000, 1001, 1011, 1012].map((code) => ({ label: `closed with ${code}`, answer: { close: code } })),
  },
  // JSON-RPC 2.0, section 5.1.
  'json-rpc': {
    asked: ['line'],
    answers: [{ label: 'answered with an error', answer: { error: { code: -32_603, message: 'Internal error' } } }],
  },
};

/** What is answered in the place of who is asked. The other end never sees the request. */
export function answersAtFrames({ direction, match }: Pick<TalkClass, 'direction' | 'match'>, framing: Framing): LinkFaultAtFrame[] {
  const { asked, answers } = ANSWERS[framing] ?? { asked: [], answers: [] };
  if (direction !== 'upstream' || !asked.includes(match.type ?? '')) return [];
  return answers.map(({ label, answer }) => ({
    label,
    place: 'before it',
    fault: { kind: 'respond', answer },
    passesBySelf: false,
    times: 1,
    dwellMs: AT_ONCE_MS,
  }));
}

export interface NodeFaultAtFrame {
  label: (node: string) => string;
  fault: (node: string) => NodeFault;
  dwellMs: number;
}

export const NODE_FAULTS_AT_FRAMES: readonly NodeFaultAtFrame[] = [
  { label: (node) => `restart ${node} (SIGTERM)`, fault: (node) => ({ kind: 'restart', node, signal: 'SIGTERM' }), dwellMs: AT_ONCE_MS },
  { label: (node) => `restart ${node} (SIGKILL)`, fault: (node) => ({ kind: 'restart', node }), dwellMs: AT_ONCE_MS },
  { label: (node) => `freeze ${node}`, fault: (node) => ({ kind: 'pause', node, forMs: HELD_MS }), dwellMs: HELD_MS },
];
