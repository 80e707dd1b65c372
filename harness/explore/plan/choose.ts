// Which points are tried first. Every fault at every place, a node or a direction of a link, comes before any of them comes twice, as
// broadly as can be and each where it tells most; what says little about the system comes last; ties are broken by the seed. So the same
// seed makes the same plan, and a plan that is cut short has seen something of all.
import { hash32 } from '../../model/values/seed.ts';
import { broadly } from './breadth.ts';
import type { FaultPoint } from './fault-point.ts';

export function inOrder(points: readonly FaultPoint[], seed: number): FaultPoint[] {
  const telling = points
    .map((point) => ({ point, tie: hash32(seed, point.key) }))
    .toSorted((a, b) => Math.floor(a.point.weight) - Math.floor(b.point.weight) || a.tie - b.tie || (a.point.key < b.point.key ? -1 : 1))
    .map(({ point }) => point);
  return [...broadly(telling.filter(({ isLast }) => !isLast)), ...broadly(telling.filter(({ isLast }) => isLast))];
}

function lastOf({ point }: { point: FaultPoint }): number {
  return point.isLast ? 1 : 0;
}

/** Beyond all points: the same ones with other work each time, and each second one with another fault beside it. @param round from 1 */
export function randomRound(points: readonly FaultPoint[], seed: number, round: number): FaultPoint[] {
  const order = points
    .map((point) => ({ point, tie: hash32(seed, 'random', round, point.key) }))
    .toSorted((a, b) => lastOf(a) - lastOf(b) || a.tie - b.tie)
    .map(({ point }) => point);
  return order.map((point, index) => {
    const both = index % 2 === 1 ? withAnother(point, order, index) : point;
    return { ...both, key: `${both.key} (other work ${round}.${index + 1})`, workSeed: hash32(seed, 'work', round, index) };
  });
}

/** The next one in the order that strikes elsewhere: two faults on one link or node may be no plan. */
export function withAnother(point: FaultPoint, order: readonly FaultPoint[], index: number): FaultPoint {
  const struck = new Set(placesOf(point));
  const other = [...order.slice(index + 1), ...order.slice(0, index)].find((each) => placesOf(each).every((place) => !struck.has(place)));
  if (!other) return point;
  return {
    ...point,
    key: `${point.key}, and ${other.key}`,
    schedule: [...point.schedule, ...other.schedule],
    dwellMs: Math.max(point.dwellMs, other.dwellMs),
    ...((point.rounds ?? other.rounds) !== undefined && { rounds: Math.max(point.rounds ?? 1, other.rounds ?? 1) }),
    ...((point.stops ?? other.stops) && { stops: point.stops ?? other.stops }),
    ...((point.trickles ?? other.trickles) && { trickles: [...(point.trickles ?? []), ...(other.trickles ?? [])] }),
  };
}

function placesOf({ schedule, trickles = [] }: FaultPoint): string[] {
  const struck = schedule.map((step) =>
    step.on === 'link' ? `link ${step.link}` : `node ${step.on === 'node' ? step.fault.node : step.node}`,
  );
  return [...struck, ...trickles.map(({ node }) => `node ${node}`)];
}

const OTHER_EVERY = 3;

/** The plan in its order, and each third case one with other work: a bug that needs other work need not wait for the end of the plan. */
export function mixedWith(plan: readonly FaultPoint[], other: readonly FaultPoint[]): FaultPoint[] {
  const between = OTHER_EVERY - 1;
  const mixed = plan.flatMap((point, index) => {
    const turn = Math.floor(index / between);
    const next = index % between === between - 1 ? other[turn] : undefined;
    return next ? [point, next] : [point];
  });
  return [...mixed, ...other.slice(Math.floor(plan.length / between))];
}
