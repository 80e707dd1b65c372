// What takes no byte away can be put on whole links at once, and on all of them: who reads a message in one read, or takes two for one,
// is found in one case. At the single frames such faults come too, but there are many frames.
import type { LinkFault, LinkStep } from '../../model/faults/fault.ts';
import type { Direction } from '../../model/system/link.ts';
import type { Topology } from '../../model/system/topology.ts';
import type { Conversation } from '../conversation/conversation.ts';
import type { FaultPoint } from './fault-point.ts';
import type { Impossible } from './points.ts';

export const ALL_LINKS = 'all links';
const CLASS = 'throughout';

const FAULTS: readonly { label: string; fault: LinkFault }[] = [
  // Small and large ones: each short message is split, and a long one does not take for ever.
  { label: 'split throughout', fault: { kind: 'split', sizes: [1, 3, 7, 16, 64, 256, 2_048] } },
  // Shorter than any heartbeat waits.
  { label: 'joined throughout', fault: { kind: 'coalesce', frames: 2, withinMs: 20 } },
];
const DIRECTIONS: readonly Direction[] = ['upstream', 'downstream'];
/** Among the first ones of the handshakes. */
const WEIGHT = 0.2;

/** For all links together, and for each by itself. A link on which nothing passed has none. */
export function pointsThroughout({ classes }: Conversation, topology: Topology, impossible: Impossible): FaultPoint[] {
  const talked = topology.links.filter(({ name }) => classes.some(({ link }) => link === name));
  return FAULTS.flatMap(({ label, fault }, rank) => {
    const stepsOf = (link: string): LinkStep[] =>
      DIRECTIONS.filter((direction) => classes.some((each) => each.link === link && each.direction === direction))
        .map((direction): LinkStep => ({
          id: `${label} ${link} ${direction}`,
          on: 'link',
          link,
          direction,
          fault,
          trigger: {},
          armAt: 'start',
          mustFire: 0,
        }))
        .filter((step) => impossible([step]) === undefined);
    const pointOf = (link: string, schedule: readonly LinkStep[]): FaultPoint => ({
      key: `${link}, from its start: ${label}`,
      link,
      class: CLASS,
      fault: label,
      weight: WEIGHT + rank / 100,
      schedule: schedule.map((step, index) => (index === 0 ? { ...step, mustFire: 1 } : step)),
      dwellMs: 0,
    });
    const each = talked.map(({ name, carries }) => ({ name, isLast: carries === 'orders', steps: stepsOf(name) }));
    const own = each.map(({ name, isLast, steps }) => ({ ...pointOf(name, steps), ...(isLast && { isLast: true as const }) }));
    const all = pointOf(
      ALL_LINKS,
      each.flatMap(({ isLast, steps }) => (isLast ? [] : steps)),
    );
    return [all, ...own].filter(({ schedule }) => schedule.length > 0 && impossible(schedule) === undefined);
  });
}
