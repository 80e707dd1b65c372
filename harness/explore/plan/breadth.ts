// Breadth before depth. One fault at one place comes once before any such pair comes twice, and of those what ends, restarts or freezes a
// node first. Among the others of equal breadth the next one is of the family, the kind of fault, the place and the class of frames that
// have come least so far.
import type { FaultPoint } from './fault-point.ts';
import { ALL_LINKS } from './throughout.ts';

/** Few, and each meets all that a node does, or all that is said: these come before the others of a turn. */
const LIFE = 'life';
/** A class that tells so much less waits until the others have come once more. */
const WEIGHT_OF_A_TURN = 3;

interface Spot {
  family: typeof LIFE | 'link' | 'the rest';
  /** Without where it happens. */
  kind: string;
  place: string;
}

interface Group extends Spot {
  points: FaultPoint[];
}

/** @param telling the most telling first: of what is equally broad, the earlier one comes */
export function broadly(telling: readonly FaultPoint[]): FaultPoint[] {
  const ranks = new Map(telling.map((point, rank) => [point, rank]));
  const rankOf = (point: FaultPoint): number => ranks.get(point) ?? 0;
  const came = new Map<string, number>();
  const timesOf = (name: string): number => came.get(name) ?? 0;
  const breadthOf = ({ family, kind, place }: Spot): number[] => [
    family === LIFE ? -1 : timesOf(family),
    timesOf(`kind ${kind}`),
    timesOf(`place ${place}`),
  ];
  const tellingOf = (point: FaultPoint): number[] => [
    timesOf(`class ${point.class}`) + Math.floor(point.weight) / WEIGHT_OF_A_TURN,
    rankOf(point),
  ];
  const ordered: FaultPoint[] = [];
  let turn = groupsOf(telling);
  while (turn.length > 0) {
    const left = new Set(turn);
    while (left.size > 0) {
      const candidates = leastOf([...left], breadthOf).map((group) => ({ group, point: leastOf(group.points, tellingOf)[0] }));
      const [{ group, point }] = leastOf(candidates, (each) => tellingOf(each.point));
      left.delete(group);
      group.points.splice(group.points.indexOf(point), 1);
      ordered.push(point);
      for (const name of [group.family, `kind ${group.kind}`, `place ${group.place}`, `class ${point.class}`])
        came.set(name, timesOf(name) + 1);
    }
    turn = turn.filter(({ points }) => points.length > 0);
  }
  return ordered;
}

function groupsOf(points: readonly FaultPoint[]): Group[] {
  const groups = new Map<string, Group>();
  for (const point of points) {
    const spot = spotOf(point);
    const key = JSON.stringify([spot.kind, spot.place]);
    const group = groups.get(key) ?? { ...spot, points: [] };
    group.points.push(point);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function spotOf({ schedule, fault, link, stops }: FaultPoint): Spot {
  const [step] = schedule;
  // Such a case is short, and what goes on at the stop is another thing at each place.
  if (stops && step?.on === 'link') return { family: LIFE, kind: fault, place: `all nodes, at ${link} ${step.direction}` };
  if (link === ALL_LINKS) return { family: LIFE, kind: fault, place: link };
  const last = schedule.at(-1);
  if (last?.on === 'node' && (last.fault.kind === 'restart' || last.fault.kind === 'pause')) {
    const { node, ...how } = last.fault;
    return { family: LIFE, kind: JSON.stringify(how), place: `node ${node}` };
  }
  const [first] = schedule;
  if (first?.on === 'link') return { family: 'link', kind: fault, place: `${link} ${first.direction}` };
  return { family: 'the rest', kind: fault, place: link };
}

/** All for which these numbers are least, the earlier number deciding first; in the order in which they were given. */
function leastOf<T>(items: readonly T[], numbersOf: (item: T) => readonly number[]): [T, ...T[]] {
  let least: T[] = [];
  let of: readonly number[] = [];
  for (const item of items) {
    const numbers = numbersOf(item);
    const differing = numbers.findIndex((number, index) => number !== of[index]);
    if (least.length > 0 && differing === -1) least.push(item);
    else if (least.length === 0 || (numbers[differing] as number) < (of[differing] as number)) [least, of] = [[item], numbers];
  }
  return least as [T, ...T[]];
}
