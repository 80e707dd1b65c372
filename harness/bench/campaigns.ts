// Figures of whole runs, taken from outside: the command is started as a user starts it, and its JSON summary read.
import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Event } from '../model/history.ts';
import type { Summary } from '../results/summary.ts';
import { atLeast, atMost, median, type Row } from './row.ts';

/** Faults and script of this scenario ask for no wait of their own. */
const WITHOUT_WAITS = 'split-packets/upgrade-in-two-segments-is-answered-like-a-whole-one';

export async function oneScenario(): Promise<Row[]> {
  const summary = await tornwire('run', WITHOUT_WAITS, '--repeat', '30', '--jobs', '1');
  return [atMost('one-scenario', Math.round(median(summary.cases.map((row) => row.durationMs))), 'ms, median of 30', 400)];
}

export async function packInProcesses(): Promise<Row[]> {
  const summary = await tornwire('run');
  return [atMost('pack-process', summary.durationMs / 1_000, `s, ${described(summary)}`, 60)];
}

export async function packInContainers(): Promise<Row[]> {
  const summary = await tornwire('run', '--runtime', 'container');
  return [atMost('pack-container', summary.durationMs / 1_000, `s, ${described(summary)}`, 180)];
}

export async function cleanRepeats(repeat = 50): Promise<Row[]> {
  const { counts } = await tornwire('run', '--repeat', String(repeat));
  const total = counts.passed + counts.failed + counts.unknown;
  return [
    atMost('clean-failures', counts.failed, `failures in ${total} cases`, 0),
    atMost('clean-unknown', counts.unknown, `unknown in ${total} cases`, 0),
  ];
}

export async function defectsCaught(repeat = 10): Promise<Row[]> {
  const summary = await tornwire('run', '--defect', 'all', '--repeat', String(repeat));
  const byDefect = Map.groupBy(summary.cases, (row) => row.defect ?? '');
  return [...byDefect].map(([defect, rows]) => {
    const caught = rows.filter(
      (row) => row.verdict === 'fail' && row.findings.some((finding) => finding.oracle === row.expectedOracle),
    ).length;
    return atLeast(`defect-${defect}`, caught, `of ${rows.length} by ${rows[0]?.expectedOracle}`, Math.ceil(rows.length * 0.9));
  });
}

/** From typing `npm start` to the first event of the first case. */
export async function startUp(): Promise<Row[]> {
  const times: number[] = [];
  for (let i = 0; i < 5; i++) {
    const startedMs = Date.now();
    await finished('npm', ['start', '--', WITHOUT_WAITS]);
    times.push(firstEventMs() - startedMs);
  }
  return [atMost('start-up', Math.round(median(times)), 'ms from npm start to the first case, median of 5', 2_000)];
}

function firstEventMs(): number {
  const summary = JSON.parse(readFileSync(join('results', 'latest', 'summary.json'), 'utf8')) as Summary;
  const [line = '{}'] = readFileSync(join(summary.cases[0]?.folder ?? '', 'history.ndjson'), 'utf8').split('\n');
  return (JSON.parse(line) as Event).wallMs;
}

function described(summary: Summary): string {
  const { passed, failed, unknown, skipped } = summary.counts;
  return `${passed} passed, ${failed} failed, ${unknown} unknown, ${skipped} skipped`;
}

/** The summary, whatever the exit code: the counts are what is measured. */
function tornwire(...words: readonly string[]): Promise<Summary> {
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [join(import.meta.dirname, '..', 'main.ts'), ...words, '--json'],
      { maxBuffer: 2 ** 28 },
      (error, stdout, stderr) => {
        try {
          resolve(JSON.parse(stdout) as Summary);
        } catch {
          reject(new Error(`tornwire ${words.join(' ')} gave no summary: ${error?.message ?? ''}\n${stderr.slice(-2_000)}`));
        }
      },
    );
  });
}

function finished(command: string, words: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, { stdio: 'ignore' });
    child.once('error', reject);
    child.once('exit', () => resolve());
  });
}
