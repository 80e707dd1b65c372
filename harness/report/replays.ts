// The last lines of `tornwire repro`: how often the failure came back, counted over the replays that were judged.
import type { Replays } from '../results/replays.ts';
import { oneLine } from './plain.ts';

const REASONS_MAX = 3;
const REASON_WIDTH = 200;

export function replaysText(replays: Replays): string {
  const { times, judged, of } = replays;
  if (judged === 0) return `could not tell: 0 of ${of} replays were judged (${reasonsOf(replays)})`;
  const left = of - judged;
  return `reproduced ${times} of ${judged} judged${left === 0 ? '' : `; ${left} could not be judged (${reasonsOf(replays)})`}`;
}

/**
 * Whether so many clean replays show that the failure is gone, and how many more would.
 * @param again the command of the replay, without how often
 */
export function fixedText({ times, judged, cleanNeeded }: Replays, saved: { times: number; of: number }, again: string): string[] {
  if (times > 0 || judged === 0 || cleanNeeded === null) return [];
  const rate = `when it was saved it came back ${saved.times} of ${saved.of} times`;
  if (judged >= cleanNeeded) return [`fixed with 95 % confidence: ${judged} clean replays, and ${cleanNeeded} are enough (${rate})`];
  const more = `${cleanNeeded - judged} more are needed, or all at once: ${again} --times ${cleanNeeded}`;
  return [`fixed with 95 % confidence after ${cleanNeeded} clean replays (${rate}): ${more}`];
}

function reasonsOf({ notJudged }: Replays): string {
  const shown = notJudged
    .slice(0, REASONS_MAX)
    .map(({ reason, times }) => `${times > 1 ? `${times} times ` : ''}${oneLine(reason, REASON_WIDTH)}`);
  const left = notJudged.length - shown.length;
  return [...shown, ...(left > 0 ? [`${left} more reason(s)`] : [])].join('; ');
}
