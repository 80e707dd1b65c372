// What a node holds after the work of a workload and did not hold before. It is counted, so it stands on a busy machine too: the reading
// has waited for what was on its way out. While the script itself holds more connections to the system than without faults, nothing is
// compared: what nodes hold on their behalf is no leak, and nobody can tell it from one.
import { observationsOf, type History } from '../../model/judging/history.ts';
import { DRIVER } from '../../model/system/link.ts';
import type { Suspicion } from '../evidence/suspicion.ts';
import { listed } from '../../model/text/words.ts';

/** A runtime starts threads when it likes, and a file that is open is a log or a journal more often than not. */
const COUNTED = new Set(['fd socket', 'fd pipe', 'processes', 'zombies', 'inotify watches']);

type Held = ReturnType<typeof observationsOf<'held'>>[number];

interface Compared {
  before: Held;
  after: Held;
}

export function heldMore(history: History): Suspicion[] {
  const compared = comparedIn(history);
  return heldByScript(compared).length === 0 ? compared.flatMap(more) : [];
}

/** Why nothing is compared, in words; none if it is. */
export function notCompared(history: History): string[] {
  return heldByScript(comparedIn(history)).map(
    ({ count, most }) =>
      `nothing that nodes hold after the work: the script itself holds ${count - most} connection(s) more than without faults`,
  );
}

function comparedIn(history: History): Compared[] {
  const held = observationsOf(history, 'held');
  return held
    .filter(({ at, allowed }) => at === 'after' && allowed !== undefined)
    .flatMap((after) => {
      const before = held.findLast(({ at, node, seq }) => at === 'before' && node === after.node && seq < after.seq);
      return before ? [{ before, after }] : [];
    });
}

function heldByScript(compared: readonly Compared[]): More[] {
  return compared.flatMap((each) => (each.after.node === DRIVER ? grown(each) : []));
}

interface More {
  kind: string;
  count: number;
  was: number;
  /** So many are no leak. */
  most: number;
}

function grown({ before, after }: Compared): More[] {
  const { allowed = {}, usual = {}, counts } = after;
  return Object.entries(counts)
    .map(([kind, count]) => {
      const was = before.counts[kind] ?? 0;
      return { kind, count, was, most: Math.max(was + (allowed[kind] ?? 0), usual[kind] ?? 0) };
    })
    .filter(({ count, most }) => count > most);
}

/** One finding for all kinds: one leaked socket shows under several of them. */
function more(compared: Compared): Suspicion[] {
  const { before, after } = compared;
  const kinds = grown(compared)
    .filter(({ kind }) => COUNTED.has(kind))
    .toSorted((a, b) => b.count - b.was - (a.count - a.was) || (a.kind < b.kind ? -1 : 1));
  const [worst] = kinds;
  if (!worst) return [];
  const known = new Set(before.holders?.[worst.kind]);
  const holders = (after.holders?.[worst.kind] ?? []).filter((holder) => !known.has(holder));
  const numbers = kinds.map(({ kind, was, count }) => `${kind} ${was} -> ${count}`).join(', ');
  const { node } = after;
  const message = `'${node}' holds more at rest than before the work (${numbers}${holders.length > 0 ? `; held by ${listed(holders)}` : ''})`;
  return [{ finding: { code: 'TW-LEAK-HELD', message, subject: node, events: [before.seq, after.seq] } }];
}
