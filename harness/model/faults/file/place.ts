// Faults of the place where files are.
import { z } from 'zod';
import { fileFault } from './entry.ts';

/** Nothing can be created, removed or renamed in a folder, or changed in a file; `deep`: nor in anything below. Until lifted. */
export const readOnly = fileFault(z.strictObject({ kind: z.literal('read-only'), deep: z.boolean().optional() }), {
  on: 'place',
  isMade: false,
  needs: 'freezing',
  examples: { 'read-only': { kind: 'read-only' } },
});

/**
 * The folder is a small disk of its own from the start of the run, and full while the step is in force.
 * `freeKB` is what is left on it then, in whole pages.
 */
export const fullDisk = fileFault(
  z.strictObject({ kind: z.literal('full-disk'), sizeKB: z.int().min(64).optional(), freeKB: z.int().min(0).optional() }),
  { on: 'place', isMade: true, needs: 'small disk', examples: { 'full-disk': { kind: 'full-disk' } } },
);
