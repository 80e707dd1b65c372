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

function reasonsOf({ notJudged }: Replays): string {
  const shown = notJudged
    .slice(0, REASONS_MAX)
    .map(({ reason, times }) => `${times > 1 ? `${times} times ` : ''}${oneLine(reason, REASON_WIDTH)}`);
  const left = notJudged.length - shown.length;
  return [...shown, ...(left > 0 ? [`${left} more reason(s)`] : [])].join('; ');
}
