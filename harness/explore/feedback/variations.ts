// What is tried next of a case that has shown something new: its faults with other work, and its work with another fault beside them.
import { hash32 } from '../../model/values/seed.ts';
import { withAnother } from '../plan/choose.ts';
import type { FaultPoint } from '../plan/fault-point.ts';

const VARIED = '(varied:';

/** The same case and seed make the same variations. @param points those of the plan, for what else may happen */
export function variationsOf(kept: FaultPoint, points: readonly FaultPoint[], seed: number): FaultPoint[] {
  const from = points.length === 0 ? 0 : hash32(seed, 'beside', kept.key) % points.length;
  const beside = withAnother(kept, points, from);
  const other = { ...kept, key: `${kept.key} ${VARIED} other work)`, workSeed: hash32(seed, 'varied', kept.key) };
  return beside === kept ? [other] : [other, { ...beside, key: `${beside.key} ${VARIED} another fault)` }];
}

export function isVaried({ key }: Pick<FaultPoint, 'key'>): boolean {
  return key.includes(VARIED);
}
