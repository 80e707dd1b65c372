// Cases are played on this machine, as many side by side as were asked for, or as fit.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { shownBy } from '../../explore/feedback/novelty.ts';
import type { DescribedScenario } from '../../model/described-scenario.ts';
import type { Event, History } from '../../model/judging/history.ts';
import { sideBySide } from '../campaign/side-by-side.ts';
import type { Crew } from '../worker/crew.ts';
import type { CasePlayer } from './case-player.ts';
import { jobsThatFit } from './jobs-that-fit.ts';

export function playedHere(workload: DescribedScenario, crew: Crew, asked?: number): CasePlayer {
  const jobs = asked === undefined ? jobsThatFit() : () => asked;
  return {
    async playCases(cases, { signal, alone, mayBegin }, taken) {
      const order = { jobs: alone ? () => 1 : jobs, signal, mayBegin, inTheWay: () => false };
      await sideBySide([...cases.keys()], order, async (index) => {
        const planned = cases[index] as (typeof cases)[number];
        const { folder } = planned;
        const result = await crew.play(workload, await planned.begin(), folder);
        if (!signal.aborted) await taken(planned, { result: { ...result, folder }, shown: () => shownIn(folder) });
      });
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

/** @throws when its history cannot be read. */
export async function shownIn(folder: string): Promise<string[]> {
  return [...shownBy(await historyIn(folder))];
}

/** The history of a case that was kept. @throws when it cannot be read. */
export async function historyIn(folder: string): Promise<History> {
  const text = await readFile(join(folder, 'history.ndjson'), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Event);
}
