// Something that the user typed is wrong. One line names it and the nearest valid choice, and the command exits 2.
import { TornwireError } from '../../model/values/tornwire-error.ts';
import { EXIT } from '../../model/values/exit-code.ts';

export class UsageError extends TornwireError {
  readonly exitCode = EXIT.usage;
}

/** There is nothing to judge: exit 4, for nothing is known then. */
export class NothingToRunError extends TornwireError {
  readonly exitCode = EXIT.unknown;
}

/** " (did you mean 'x'?)" or a list when nothing is near. */
export function suggestion(wrong: string, valid: readonly string[]): string {
  const ranked = valid.map((word) => ({ word, distance: editDistance(wrong, word) })).sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  if (!best) return '';
  if (best.distance <= Math.max(2, wrong.length / 2)) return `; did you mean '${best.word}'?`;
  return `; there are ${valid.slice(0, 5).join(', ')}${valid.length > 5 ? ', …' : ''}`;
}

/** Levenshtein's distance; a word that holds the other whole counts as near. */
function editDistance(a: string, b: string): number {
  if (a !== '' && b.includes(a)) return 1;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, substitution));
    }
    row = next;
  }
  return row[b.length] as number;
}
