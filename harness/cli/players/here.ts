// Cases are played on this machine, as many side by side as were asked for, or as fit.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { shownBy } from '../../explore/feedback/novelty.ts';
import type { DescribedScenario } from '../../model/described-scenario.ts';
import type { Event, History } from '../../model/judging/history.ts';
import type { Crew } from '../worker/crew.ts';
import type { CasePlayer } from './case-player.ts';
import { jobsThatFit } from './jobs-that-fit.ts';
import { placesFor } from './places.ts';

export function playedHere(workload: DescribedScenario, crew: Crew, asked?: number): CasePlayer {
  const places = placesFor(asked === undefined ? jobsThatFit() : () => asked);
  return {
    async playCases(cases, { signal, alone, mayBegin, allBegun }, taken) {
      const playing: Promise<void>[] = [];
      let broken: { error: unknown } | undefined;
      for (const planned of cases) {
        const leave = await places.enter(alone);
        if (signal.aborted || broken !== undefined || !mayBegin()) {
          leave();
          break;
        }
        const play = async (): Promise<void> => {
          const { folder } = planned;
          const result = await crew.play(workload, await planned.begin(), folder);
          if (!signal.aborted) await taken(planned, { result: { ...result, folder }, shown: () => shownIn(folder) });
        };
        playing.push(
          play()
            .catch((error: unknown) => void (broken ??= { error }))
            .finally(leave),
        );
      }
      allBegun?.();
      await Promise.all(playing);
      if (broken) throw broken.error;
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
