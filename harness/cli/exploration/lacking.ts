// Which points of a plan this machine cannot play, and why. They stay in the plan: another machine may play them.
import type { FaultPoint } from '../../explore/plan/fault-point.ts';
import { RUNTIMES } from '../../runtime/registry/runtimes.ts';

/** Points that are not run here. */
export interface Lacking {
  /** What would happen at them. */
  faults: readonly string[];
  points: number;
  /** What is missing, with the cure. */
  why: string;
}

export async function playableHere(points: readonly FaultPoint[]): Promise<{ playable: FaultPoint[]; lacking: Lacking[] }> {
  const told = await Promise.all(points.map(async (point) => ({ point, why: await lackOf(point) })));
  const missing = told.flatMap(({ point, why }) => (why === undefined ? [] : [{ point, why }]));
  const lacking = [...Map.groupBy(missing, ({ why }) => why)].map(([why, those]) => ({
    faults: [...new Set(those.map(({ point }) => point.fault))],
    points: those.length,
    why,
  }));
  return { playable: told.filter(({ why }) => why === undefined).map(({ point }) => point), lacking };
}

async function lackOf({ schedule }: FaultPoint): Promise<string | undefined> {
  const { lacks } = RUNTIMES.process();
  for (const step of schedule) {
    const why = step.on === 'link' ? undefined : await lacks(step);
    if (why !== undefined) return why;
  }
  return undefined;
}
