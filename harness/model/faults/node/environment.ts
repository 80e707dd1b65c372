// What a node finds when it starts: from its first start with `armAt: 'start'`, else from its next one, until the lift.
import { z } from 'zod';
import { never, node, noTime, same, surrounds } from './entry.ts';

const program = z.string().regex(/^(?!\.{1,2}$)[^/\0\s]+$/, 'the name of a program, without a folder');
const variable = z.string().regex(/^[^=\0]+$/, 'the name of a variable');

const schema = z.strictObject({
  kind: z.literal('environment'),
  node,
  set: z.record(variable, z.string()).optional(),
  unset: z.array(variable).optional(),
  /** Programs that its PATH does not lead to. */
  without: z.array(program).min(1).optional(),
  /** Programs that its PATH leads to first, each with its text (`#!/bin/sh` and so on). */
  first: z.record(program, z.string()).optional(),
});

export const environment = surrounds(schema, {
  awaits: (fault) => `a start of '${fault.node}'`,
  takesAway: never,
  standstillMs: noTime,
  atSpeed: same,
  needsRunningNode: false,
  needsOwnStart: true,
  surroundings: same,
  examples: {
    'environment: set, unset': { kind: 'environment', node: 'target', set: { COLOUR: 'red' }, unset: ['HOME'] },
    'environment: without a program': { kind: 'environment', node: 'target', without: ['ps'] },
    'environment: another program first': { kind: 'environment', node: 'target', first: { ps: '#!/bin/sh\necho not the usual ps\n' } },
  },
});
