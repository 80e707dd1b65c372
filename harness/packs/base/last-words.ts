// The news of an end can come before the last lines that a program said. A verdict that reads these has to wait for them.
import type { ScriptChild } from '../../model/scenario.ts';
import { bounded } from '../../model/time/bounded.ts';

/** A process that goes on in the background may hold stderr open: nobody waits for that one. */
const LAST_WORDS_WITHIN_MS = 500;

/** Resolves once the program has ended and its stderr has been read to its end, or a moment later. */
export async function endWithLastWords({ exited, stderr }: ScriptChild): Promise<Awaited<ScriptChild['exited']>> {
  const isRead = new Promise<void>((resolve) => {
    for (const event of ['end', 'close', 'error']) stderr.once(event, () => resolve());
  });
  const exit = await exited;
  if (!stderr.readableEnded && !stderr.destroyed) await bounded(isRead, { withinMs: LAST_WORDS_WITHIN_MS });
  return exit;
}
