// What a node holds after the work of a workload and did not hold before. It is counted, so it stands on a busy machine too: the reading
// has waited for what was on its way out.
import { observationsOf, type History } from '../../model/judging/history.ts';
import type { Suspicion } from '../evidence/suspicion.ts';
import { listed } from '../../model/text/words.ts';

/** A runtime starts threads when it likes, and a file that is open is a log or a journal more often than not. */
const COUNTED = new Set(['fd socket', 'fd pipe', 'processes', 'zombies', 'inotify watches']);

type Held = ReturnType<typeof observationsOf<'held'>>[number];

export function heldMore(history: History): Suspicion[] {
  const held = observationsOf(history, 'held');
  return held
    .filter(({ at, allowed }) => at === 'after' && allowed !== undefined)
    .flatMap((after) => {
      const before = held.findLast(({ at, node, seq }) => at === 'before' && node === after.node && seq < after.seq);
      return before ? more(before, after) : [];
    });
}

/** One finding for all kinds: one leaked socket shows under several of them. */
function more(before: Held, after: Held): Suspicion[] {
  const { node, allowed = {}, usual = {} } = after;
  const kinds = Object.entries(after.counts)
    .filter(([kind]) => COUNTED.has(kind))
    .map(([kind, count]) => ({ kind, count, was: before.counts[kind] ?? 0 }))
    .filter(({ kind, count, was }) => count > Math.max(was + (allowed[kind] ?? 0), usual[kind] ?? 0))
    .toSorted((a, b) => b.count - b.was - (a.count - a.was) || (a.kind < b.kind ? -1 : 1));
  const [worst] = kinds;
  if (!worst) return [];
  const known = new Set(before.holders?.[worst.kind]);
  const holders = (after.holders?.[worst.kind] ?? []).filter((holder) => !known.has(holder));
  const numbers = kinds.map(({ kind, was, count }) => `${kind} ${was} -> ${count}`).join(', ');
  const message = `'${node}' holds more at rest than before the work (${numbers}${holders.length > 0 ? `; held by ${listed(holders)}` : ''})`;
  return [{ finding: { code: 'TW-LEAK-HELD', message, subject: node, events: [before.seq, after.seq] } }];
}
