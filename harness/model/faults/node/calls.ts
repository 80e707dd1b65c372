// What the kernel answers some of the node's system calls. It has hit for each call that was tampered with.
import { z } from 'zod';
import { imposes, node, noTime, signal, timeMs } from './entry.ts';

const inject = z.discriminatedUnion('what', [
  z.strictObject({ what: z.literal('error'), error: z.string().regex(/^E[A-Z0-9]+$/) }),
  /** The call is not carried out and claims this result: a lost write, a short one whose bytes never arrive, an early end. */
  z.strictObject({ what: z.literal('result'), result: z.int().min(0) }),
  z.strictObject({ what: z.literal('delay'), delayMs: timeMs }),
  z.strictObject({ what: z.literal('signal'), signal }),
]);

const schema = z.strictObject({
  kind: z.literal('calls'),
  node,
  /** As in strace(1): `write`, the class `%file`, or `?rename` where some architectures lack a call. */
  calls: z.array(z.string().regex(/^[?%]?[a-z0-9_]+$/)).min(1),
  /** Only calls about this file; {state} and {tmp} are the node's own folders. */
  path: z.string().optional(),
  /** Which of them, counted by each thread on its own: the n-th, so many from there on (all when absent), every so many. */
  from: z.int().min(1).optional(),
  count: z.int().min(1).optional(),
  every: z.int().min(1).optional(),
  inject,
});

type Calls = z.infer<typeof schema>;

export interface CallsHold extends Readonly<Omit<Calls, 'kind' | 'node'>> {
  hold: 'calls';
}

/** The second write to one file. */
const onSecondWrite = (answer: Calls['inject']): Calls => ({
  kind: 'calls',
  node: 'target',
  calls: ['write'],
  path: '{state}/log',
  from: 2,
  count: 1,
  inject: answer,
});

export const calls = imposes(schema, {
  awaits: (fault) => `a call of ${fault.calls.join(' or ')} by '${fault.node}'${fault.path === undefined ? '' : ` on ${fault.path}`}`,
  takesAway: (fault) => fault.inject.what === 'delay',
  standstillMs: noTime,
  atSpeed: (fault, shorter) =>
    fault.inject.what === 'delay' ? { ...fault, inject: { ...fault.inject, delayMs: shorter(fault.inject.delayMs) } } : fault,
  needsRunningNode: false,
  needsOwnStart: false,
  from: 'first instruction',
  mayEndBy: (fault) => (fault.inject.what === 'signal' ? fault.inject.signal : undefined),
  holds: ({ kind: _kind, node: _node, ...what }): readonly CallsHold[] => [{ hold: 'calls', ...what }],
  examples: {
    'calls: error': onSecondWrite({ what: 'error', error: 'ENOSPC' }),
    'calls: result without the call': onSecondWrite({ what: 'result', result: 4 }),
    'calls: delay': onSecondWrite({ what: 'delay', delayMs: 300 }),
    'calls: signal': onSecondWrite({ what: 'signal', signal: 'SIGUSR2' }),
  },
});
