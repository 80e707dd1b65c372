// What a case has shown of a system, as names that can be compared: the classes of its frames, what its nodes log, how its connections
// end, and what they hold at rest. A name that no case before it has shown is new, and such a case is worth varying.
import { eventsOf, observationsOf, type History } from '../../model/judging/history.ts';
import { DRIVER } from '../../model/system/link.ts';
import { normalised } from '../../model/judging/fingerprint.ts';
import { classOf } from '../conversation/frame-class.ts';

/** Shapes: `frame <class>`, `log <node> <text without what changes>`, `end <link> <how> <how>`, `held <node> <kind> <power of two>`. */
export function shownBy(history: History): Set<string> {
  return new Set([
    ...eventsOf(history, 'frame').map((frame) => `frame ${classOf(frame).name}`),
    ...eventsOf(history, 'log').map(({ node, line }) => `log ${node} ${normalised(line)}`),
    ...eventsOf(history, 'connection').flatMap(({ link, ended }) => (ended ? [`end ${link} ${ended.client} ${ended.upstream}`] : [])),
    ...observationsOf(history, 'held').flatMap(({ node, at, counts }) =>
      at === 'after' && node !== DRIVER
        ? Object.entries(counts).map(([kind, count]) => `held ${node} ${kind} ${Math.ceil(Math.log2(count + 1))}`)
        : [],
    ),
  ]);
}

/** What was new about a case, by the first word of its names. */
export const NOVELTIES = ['frame', 'log', 'end', 'held'] as const;
export type Novelty = (typeof NOVELTIES)[number];

/** The kinds of the names that are not known yet. */
export function newIn(shown: ReadonlySet<string>, known: ReadonlySet<string>): Novelty[] {
  const fresh = [...shown].filter((name) => !known.has(name));
  return NOVELTIES.filter((kind) => fresh.some((name) => name.startsWith(`${kind} `)));
}
