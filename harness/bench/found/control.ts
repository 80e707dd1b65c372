// Whether what a sweep of a bug has found is that bug: the saved case must fail again with it, and never without it. What fails on the
// clean stack too is a false alarm or another bug, and says nothing about this one.
import { readFileSync, writeFileSync } from 'node:fs';
import type { CaseRow } from '../../results/summary.ts';
import { tornwireWith } from '../base/tornwire.ts';

/** So many replays of the clean stack must have been looked at. */
const CLEAN_MIN = 3;
const AGAIN_MAX = 3;
/** A busy machine spoils some. */
const CLEAN_TRIES_MAX = 6;

export type Replay = Pick<CaseRow, 'verdict' | 'reasonKind'>;

/**
 * Why a find does not count; undefined if it does. With the bug it may fail by another oracle than before: what does not fail without it
 * is its doing.
 */
export function whyNotCounted(again: readonly Replay[], clean: readonly Replay[]): string | undefined {
  if (!again.some(fails)) return `did not come again in ${again.length} replay(s)`;
  if (clean.some(fails)) return 'fails on the clean stack too';
  const looked = clean.filter(isLook).length;
  return looked < CLEAN_MIN ? `only ${looked} of ${clean.length} replay(s) on the clean stack were judged` : undefined;
}

function fails({ verdict }: Replay): boolean {
  return verdict === 'fail';
}

/** A fault that has nothing to strike on the clean stack breaks nothing there. */
function isLook({ verdict, reasonKind }: Replay): boolean {
  return verdict === 'pass' || verdict === 'fail' || reasonKind === 'vacuous';
}

/**
 * Replays one after the other, until it is decided or the time is over.
 * @param repro the saved case, with its defect
 * @param untilMs by `performance.now()`: no replay begins after that
 */
export async function controlled(repro: string, variables: NodeJS.ProcessEnv, untilMs: number): Promise<string | undefined> {
  const play = async (file: string): Promise<Replay> => {
    const { cases } = await tornwireWith(variables, 'repro', file, '--trust', '--report', 'never');
    return cases[0] ?? { verdict: 'unknown', reasonKind: 'interrupted' };
  };
  const mayBegin = (): boolean => performance.now() < untilMs;
  const again: Replay[] = [];
  while (again.length < AGAIN_MAX && mayBegin() && !again.some(fails)) again.push(await play(repro));
  if (!again.some(fails)) return whyNotCounted(again, []);
  const clean: Replay[] = [];
  const cleanRepro = withoutDefect(repro);
  const isDecided = (): boolean => clean.some(fails) || clean.filter(isLook).length >= CLEAN_MIN;
  while (clean.length < CLEAN_TRIES_MAX && mayBegin() && !isDecided()) clean.push(await play(cleanRepro));
  return whyNotCounted(again, clean);
}

function withoutDefect(repro: string): string {
  const saved = JSON.parse(readFileSync(repro, 'utf8')) as { case: { defect?: string } };
  delete saved.case.defect;
  const file = repro.replace(/\.json$/, '-clean.json');
  writeFileSync(file, JSON.stringify(saved));
  return file;
}
