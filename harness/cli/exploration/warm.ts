// Fault points that share one start of the nodes (explore/work/play-warm.ts). A round that was clean decides its point; whatever else came
// of it decides nothing, and the point is played again with a start of its own. So what is found is always found in fresh nodes. A sample
// of what was clean is played fresh too: if that fails, the reset hides something, and from then on nothing is warm any more.
import type { FaultPoint } from '../../explore/plan/fault-point.ts';
import { type AtBoot, idInRound, inRound } from '../../explore/plan/warm.ts';
import { shownBy } from '../../explore/feedback/novelty.ts';
import type { Round } from '../../explore/work/play-warm.ts';
import { roundBegunBy, roundIsOver } from '../../explore/work/rounds.ts';
import type { Case } from '../../model/case.ts';
import { eventsOf, type History } from '../../model/judging/history.ts';
import type { Json } from '../../model/values/json.ts';
import { hash32 } from '../../model/values/seed.ts';
import type { SweepLedger, SweptPlan } from '../../results/sweep-ledger.ts';
import { caseOf, type Sweeping, workOf } from './sweep-cases.ts';

/** More rounds save little of a start that they share, and lose more when one of them fails. */
const ROUNDS_MAX = 12;
/** One of so many is played fresh too, and this many at least. */
const SAMPLE_EVERY = 10;
const SAMPLE_MIN = 3;
/** So many cases in a row that have decided nothing end it: they cost more than they save. */
const IN_VAIN_MAX = 4;

export interface Warm {
  /** What shares a start, in the order of the first of each; a group of one is played fresh. */
  grouped(points: readonly FaultPoint[]): FaultPoint[][];
  /** Whether groups are played in rounds, still. */
  isOn(): boolean;
  /** Whether it is played fresh too, although it was clean: asked once for each. */
  isSampled(point: FaultPoint): boolean;
  /** How a fresh case came out whose point had been clean in a round. */
  compared(point: FaultPoint, isFound: boolean): 'agreed' | 'contradicted';
  /** How many rounds of a case were clean. */
  decided(count: number): void;
}

/** @param why it ends, in a line */
export function warmOn(
  { workload, seed }: Pick<Sweeping, 'workload' | 'seed'>,
  { atBoot }: Pick<SweptPlan, 'atBoot'>,
  ledger: Pick<SweepLedger, 'cases'>,
  say: (why: string) => void,
): Warm | undefined {
  const { name, topology, resets } = workload;
  if (!resets) say(`--warm: ${name} declares no reset, so each fault point has a start of its own`);
  else if (!atBoot) say(`--warm: the plan of ${name} was made by an older version, so each fault point has a start of its own`);
  if (!resets || !atBoot || !topology) return undefined;
  let on = warmIn(ledger).contradicted.length === 0;
  let sampled = warmIn(ledger).freshToo;
  let inVain = 0;
  const end = (why: string): void => {
    if (on) say(`${why}: from here on each fault point of ${name} has a start of its own`);
    on = false;
  };
  if (!on) say(`--warm: an earlier sitting has contradicted the reset of ${name}, so each fault point has a start of its own`);
  return {
    grouped: (points) =>
      on ? groupsOf(points, (point) => inRound(point, atBoot as unknown as AtBoot, topology, 1) !== undefined) : alone(points),
    isOn: () => on,
    isSampled({ key }) {
      const is = sampled < SAMPLE_MIN || hash32(seed, 'warm', key) % SAMPLE_EVERY === 0;
      if (is) sampled += 1;
      return is;
    },
    compared({ key }, isFound) {
      if (isFound) end(`--warm: '${key}' was clean in running nodes and failed in fresh ones, so the reset hides something`);
      return isFound ? 'contradicted' : 'agreed';
    },
    decided(count) {
      inVain = count === 0 ? inVain + 1 : 0;
      if (inVain === IN_VAIN_MAX) end(`--warm: ${IN_VAIN_MAX} cases of running nodes in a row were not clean`);
    },
  };
}

/** What the ledger knows of it, of all sittings. */
export function warmIn({ cases }: Pick<SweepLedger, 'cases'>): { points: number; freshToo: number; contradicted: string[] } {
  const played = [...cases.values()].filter(({ warm }) => warm !== undefined);
  return {
    points: played.length,
    freshToo: played.filter(({ warm }) => warm !== 'only').length,
    contradicted: played.flatMap(({ key, warm }) => (warm === 'contradicted' ? [key] : [])),
  };
}

function alone(points: readonly FaultPoint[]): FaultPoint[][] {
  return points.map((point) => [point]);
}

/** Groups of about the same size, for what is left over for a small one would have a start for little. */
function groupsOf(points: readonly FaultPoint[], mayShare: (point: FaultPoint) => boolean): FaultPoint[][] {
  const count = points.filter(mayShare).length;
  const size = Math.ceil(count / Math.ceil(count / ROUNDS_MAX));
  const groups: FaultPoint[][] = [];
  let open: FaultPoint[] = [];
  for (const point of points) {
    if (!mayShare(point)) groups.push([point]);
    else if (open.length === 0 || open.length === size) groups.push((open = [point]));
    else open.push(point);
  }
  return groups;
}

/** One case for all of them: a round each. @throws Error when the workload gives no work */
export async function warmCaseOf(points: readonly FaultPoint[], plan: SweptPlan, sweeping: Sweeping): Promise<Case> {
  const { topology } = sweeping.workload;
  const schedules = points.map((point, index) => topology && inRound(point, plan.atBoot as unknown as AtBoot, topology, index + 1));
  const rounds: Round[] = [];
  for (const [index, { dwellMs, workSeed }] of points.entries()) {
    const work = workSeed === undefined ? plan.work : await workOf(sweeping, workSeed);
    rounds.push({ work: [...work] as Round['work'], dwellMs, steps: (schedules[index] ?? []).map(({ id }) => id) });
  }
  const { parameters, ...given } = caseOf(sweeping, { ...plan, work: [] });
  return {
    ...given,
    schedule: schedules.flatMap((schedule) => schedule ?? []),
    parameters: { ...parameters, warm: rounds as unknown as Json },
  };
}

/** What each round of a case that has passed has shown, in their order; undefined where not all of its faults have acted. */
export function roundsIn(history: History, points: readonly FaultPoint[]): (ReadonlySet<string> | undefined)[] {
  const fired = new Set(eventsOf(history, 'fault').flatMap(({ step, state }) => (state === 'fired' ? [step] : [])));
  return points.map((point, index) => {
    const round = index + 1;
    const from = history.findIndex((event) => roundBegunBy(event) === round);
    const to = history.findIndex((event) => event.kind === 'mark' && event.name === roundIsOver(round));
    const steps = point.schedule.map(({ id }) => idInRound(id, round));
    return from >= 0 && to > from && steps.every((id) => fired.has(id)) ? shownBy(history.slice(from, to)) : undefined;
  });
}
