// Which files hold scenarios or workloads, and their names: the path without the ending.
import { readdir } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';

/** ES modules as Node loads them. */
export const ENDINGS = ['ts', 'mts', 'js', 'mjs'] as const;
/** Of the file's own name; `x.scenario.d.ts` and `x.scenario.js.map` are made from others and hold none. */
const NAMED = { scenario: /\.scenario\.([^./]+)$/, workload: /\.workload\.([^./]+)$/ } as const;

export type FileKind = keyof typeof NAMED;

export interface ScenarioFile {
  name: string;
  /** Absolute. */
  file: string;
  /** It looks like a scenario and cannot be loaded as one. */
  refused?: string;
}

/** @param scenarios the project's folder of that name. */
export async function scenarioFilesIn(scenarios: string, kinds: readonly FileKind[] = ['scenario']): Promise<ScenarioFile[]> {
  const entries = await readdir(scenarios, { recursive: true });
  return kinds.flatMap((kind) =>
    entries
      .filter((entry) => NAMED[kind].test(entry))
      .sort()
      .map((entry) => scenarioFile(scenarios, join(scenarios, entry), kind)),
  );
}

/** A file that is not below them, as one that was written for a check, has its own name alone. */
export function scenarioNameOf(scenarios: string, file: string): string {
  const below = relative(scenarios, file);
  return (below.startsWith('..') ? basename(file) : below).replace(NAMED.scenario, '').replace(NAMED.workload, '');
}

function scenarioFile(scenarios: string, file: string, kind: FileKind): ScenarioFile {
  const ending = NAMED[kind].exec(file)?.[1] ?? '';
  const name = scenarioNameOf(scenarios, file);
  if (ENDINGS.some((each) => each === ending)) return { name, file };
  return { name, file, refused: `a ${kind} file ends in ${ENDINGS.map((each) => `.${each}`).join(', ')}, not in .${ending}` };
}
