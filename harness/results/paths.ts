// The only code that knows paths under results/ (results/README.md says how to read every file).
import { join } from 'node:path';

export interface ResultPaths {
  root: string;
  runs: string;
  repros: string;
  latest: string;
}

export function resultPaths(root: string): ResultPaths {
  return { root, runs: join(root, 'runs'), repros: join(root, 'repros'), latest: join(root, 'latest') };
}

export interface RunPaths {
  folder: string;
  summary: string;
  junit: string;
  caseFolder(index: number, scenario: string, defect: string | undefined): string;
}

export function runPaths(paths: ResultPaths, runName: string): RunPaths {
  const folder = join(paths.runs, runName);
  return {
    folder,
    summary: join(folder, 'summary.json'),
    junit: join(folder, 'junit.xml'),
    caseFolder: (index, scenario, defect) =>
      join(
        folder,
        'cases',
        `${String(index).padStart(4, '0')}-${scenario.replaceAll('/', '-')}${defect === undefined ? '' : `-${defect}`}`,
      ),
  };
}
