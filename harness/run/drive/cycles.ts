// Leaks show over repeated rounds: after each round the holdings of every node are read at rest. Rounds that grow are
// repeated as often again. Only growth that doubles with the rounds, or outruns them, is a leak; a pool stops growing. Rounds
// have a budget of their own, so that they end as what they show and not as a script that did not end.
import { bounded } from '../../model/time/bounded.ts';
import { atSpeed } from '../../model/faults/clock-speed.ts';
import { hasExploded, isRising } from '../../model/judging/growth.ts';
import { milliseconds } from '../../model/time/duration.ts';
import type { CyclesOptions } from '../../model/scenario.ts';
import { playForMemory } from './cycles-memory.ts';
import { grewBetween, type Sample, sampleAtRest } from './at-rest.ts';
import { dumpTwice } from './dump.ts';
import type { Series } from './series.ts';
import type { Stage } from './stage.ts';
import { Unmet } from './unmet.ts';

const COUNT = 8;
const WARM_UP = 2;
/** Sixteen rounds and two that warm up, each with seconds to recover and two to rest, on a busy machine. */
const WITHIN = '2min';
const REST_MS = 2_000;
/** Once a count has stayed up for the whole rest, later rounds wait less: the last round of each series waits fully. */
const REST_AGAIN_MS = 100;

export async function runCycles(
  stage: Stage,
  series: string,
  round: (index: number) => Promise<void>,
  options: CyclesOptions = {},
): Promise<void> {
  const { recorder, plan } = stage;
  const withinMs = atSpeed(milliseconds(options.within ?? WITHIN), plan.clockSpeed);
  const what = `the rounds of '${series}' come to their end`;
  const owed = stage.obligations.open(what, { kind: 'rounds', series }, withinMs);
  const over = new AbortController();
  let ended = 0;
  const recorded = async (index: number): Promise<void> => {
    recorder.record({ kind: 'round', series, round: index, state: 'began' });
    await round(index);
    recorder.record({ kind: 'round', series, round: index, state: 'ended' });
    ended++;
  };
  try {
    const played = await stage.time.aside(() =>
      bounded(play(stage, { name: series, round: recorded, options, over: over.signal }), { withinMs, signal: stage.signal }),
    );
    if (played.state === 'aborted') throw stage.signal.reason;
    if (played.state === 'late') {
      over.abort();
      await dumpTwice(stage);
      owed.unmet(`${ended} rounds had ended`);
      throw new Unmet(what);
    }
  } finally {
    over.abort();
    owed.met();
  }
}

async function play(stage: Stage, series: Series): Promise<void> {
  if (series.options.memory) return playForMemory(stage, series);
  const { name, round, options, over } = series;
  const { warmUp = WARM_UP, count = COUNT, nodes = stage.system.names() } = options;
  for (let index = 1 - warmUp; index <= 0 && !over.aborted; index++) await round(index);
  const samples: Sample[] = [await sampleAtRest(stage, nodes, undefined, REST_MS)];
  record(stage, name, 0, samples[0] as Sample);
  let restMs = REST_MS;
  for (let total = count, index = 1; index <= total && !over.aborted; index++) {
    await round(index);
    const before = samples.at(-1) as Sample;
    const sample = await sampleAtRest(stage, nodes, before, index === total ? REST_MS : restMs);
    restMs = grewBetween(before, sample) ? REST_AGAIN_MS : REST_MS;
    samples.push(sample);
    record(stage, name, index, sample);
    if (someCount(samples, hasExploded)) return;
    if (index === count && total === count && someCount(samples, isRising)) total = count * 2;
  }
}

function record(stage: Stage, series: string, cycle: number, sample: Sample): void {
  for (const [node, { counts, holders }] of sample)
    stage.recorder.record({ kind: 'observation', observation: { probe: 'resources', node, series, cycle, counts, holders } });
}

/** Whether this holds for the counts of some kind over the samples so far. */
function someCount(samples: readonly Sample[], holds: (counts: readonly number[]) => boolean): boolean {
  const last = samples.at(-1) as Sample;
  return [...last].some(([node, { counts }]) =>
    Object.keys(counts).some((kind) => holds(samples.map((sample) => sample.get(node)?.counts[kind] ?? 0))),
  );
}
