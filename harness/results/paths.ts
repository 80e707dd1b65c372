// The only code that knows paths under results/. results/README.md says how to read each file.
import { join } from 'node:path';
import { pathPartOf } from '../model/values/path-part.ts';

export interface ResultPaths {
  root: string;
  runs: string;
  repros: string;
  latest: string;
  /** The ledgers of nightlies, one a seed. */
  nightly: string;
  /** A folder for each sweep: its ledger, its coverage, its failing cases. */
  sweeps: string;
  /** What the last campaign against clean code showed about the judges. */
  falseAlarms: string;
}

export function resultPaths(root: string): ResultPaths {
  return {
    root,
    runs: join(root, 'runs'),
    repros: join(root, 'repros'),
    latest: join(root, 'latest'),
    nightly: join(root, 'nightly'),
    sweeps: join(root, 'sweeps'),
    falseAlarms: join(root, 'false-alarms.json'),
  };
}

export interface RunPaths {
  folder: string;
  summary: string;
  junit: string;
  /** For people: one HTML file. */
  report: string;
  /** Of a gate only. */
  gate: string;
  gateMarkdown: string;
  caseFolder(index: number, scenario: string, defect: string | undefined): string;
}

export function runPaths(paths: ResultPaths, runName: string): RunPaths {
  return pathsIn(join(paths.runs, runName));
}

/** Of a run whose folder is known. */
export function pathsIn(folder: string): RunPaths {
  return {
    folder,
    summary: join(folder, 'summary.json'),
    junit: join(folder, 'junit.xml'),
    report: join(folder, 'report.html'),
    gate: join(folder, 'gate.json'),
    gateMarkdown: join(folder, 'gate.md'),
    caseFolder: (index, scenario, defect) =>
      join(folder, 'cases', [number(index), ...[scenario, defect ?? []].flat().map(pathPartOf)].join('-')),
  };
}

const number = (index: number): string => String(index).padStart(4, '0');
