// Which points are tried first. Every fault on every direction of a link comes before any of them comes twice, each at the place that
// tells most; ties are broken by the seed. So the same seed makes the same plan, and a plan that is cut short has seen something of all.
import { hash32 } from '../../model/values/seed.ts';
import type { FaultPoint } from './fault-point.ts';

export function inOrder(points: readonly FaultPoint[], seed: number): FaultPoint[] {
  const telling = points
    .map((point) => ({ point, tie: hash32(seed, point.key) }))
    .toSorted((a, b) => a.point.weight - b.point.weight || a.tie - b.tie || (a.point.key < b.point.key ? -1 : 1));
  const turns = new Map<string, number>();
  const turned = telling.map(({ point, tie }) => {
    const group = `${point.link} ${directionOf(point)} ${point.fault}`;
    const turn = turns.get(group) ?? 0;
    turns.set(group, turn + 1);
    return { point, turn, tie };
  });
  return turned.toSorted((a, b) => a.turn - b.turn || a.point.weight - b.point.weight || a.tie - b.tie).map(({ point }) => point);
}

function directionOf({ schedule }: FaultPoint): string {
  const [step] = schedule;
  return step?.on === 'link' ? step.direction : '';
}

/** Beyond all points: the same ones with other work each time. @param round from 1 */
export function randomRound(points: readonly FaultPoint[], seed: number, round: number): FaultPoint[] {
  const order = points.map((point) => ({ point, tie: hash32(seed, 'random', round, point.key) })).toSorted((a, b) => a.tie - b.tie);
  return order.map(({ point }, index) => ({
    ...point,
    key: `${point.key} (other work ${round}.${index + 1})`,
    workSeed: hash32(seed, 'work', round, index),
  }));
}
