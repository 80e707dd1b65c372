// What a predecessor of the node left behind.
import { z } from 'zod';
import { fileFault } from './entry.ts';

/** A socket file that nobody listens on. */
export const staleSocket = fileFault(z.strictObject({ kind: z.literal('stale-socket') }), {
  on: 'predecessor',
  isMade: true,
  needs: 'nothing',
  examples: { 'stale-socket': { kind: 'stale-socket' } },
});

/** A lock or pid file; `{dead-pid}` in its content is the number of no process. */
export const staleFile = fileFault(z.strictObject({ kind: z.literal('stale-file'), content: z.string() }), {
  on: 'predecessor',
  isMade: true,
  needs: 'nothing',
  examples: { 'stale-file': { kind: 'stale-file', content: '' } },
});
