// Saving and reading failing cases: results/repros/<scenario>-<fingerprint>.json, one per bug.
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pathPartOf } from '../model/values/path-part.ts';
import { parseRepro, REPRO_FORMAT, ReproError, type Repro } from '../model/repro.ts';
import type { CaseResult } from '../model/case-result.ts';
import { shellWord } from '../model/values/shell-word.ts';
import { writeWhole } from './atomic-file.ts';
import type { ResultPaths } from './paths.ts';

export interface Maker {
  tornwire: string;
  commit: string | null;
}

/** @returns the file, and the command that replays it from `cwd`. */
export async function saveRepro(
  paths: ResultPaths,
  result: CaseResult,
  maker: Maker,
  cwd: string,
  reproduced = { times: 1, of: 1 },
): Promise<{ file: string; command: string }> {
  const name = `${pathPartOf(result.case.scenario)}-${result.fingerprint || result.verdict.outcome}.json`;
  // What fails because a defect was put in is no finding to keep: its repro stays with the run.
  const file = result.case.defect === undefined ? join(paths.repros, name) : besideCase(result);
  return await writeRepro(file, result, maker, cwd, reproduced);
}

/** With the case itself, where nobody takes it for a finding yet. */
export async function saveReproBesideCase(result: CaseResult, maker: Maker, cwd: string): Promise<{ file: string; command: string }> {
  return await writeRepro(besideCase(result), result, maker, cwd, { times: 1, of: 1 });
}

const besideCase = ({ folder }: CaseResult): string => join(folder, 'repro.json');

async function writeRepro(
  file: string,
  result: CaseResult,
  maker: Maker,
  cwd: string,
  reproduced: Repro['reproduced'],
): Promise<{ file: string; command: string }> {
  const { verdict } = result;
  const command = `npx tornwire repro ${shellWord(relative(cwd, file))}`;
  const repro: Repro = {
    format: REPRO_FORMAT,
    case: structuredClone(result.case) as Repro['case'],
    outcome: verdict.outcome,
    oracle: verdict.oracle,
    message: verdict.outcome === 'fail' ? verdict.findings[0].message : verdict.outcome === 'unknown' ? verdict.detail : '',
    fingerprint: result.fingerprint,
    environment: {
      ...maker,
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
      engines: [...result.engines],
    },
    decisions: [...result.decisions],
    reproduced,
    savedAt: new Date().toISOString(),
    command,
  };
  await writeWhole(file, `${JSON.stringify(repro, null, 2)}\n`);
  return { file, command };
}

/** @throws ReproError in one line. */
export async function readRepro(file: string): Promise<Repro> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new ReproError(`cannot read ${file}: ${(cause as Error).message}`, { cause });
  }
  return parseRepro(text, file);
}
