// Adds the real counts of every part of a CI run and prints them as its last line. Fails when something failed, was
// unknown, or when a part that must run for real was skipped.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const folder = process.argv[2] ?? '.';
const total: Counts = { passed: 0, failed: 0, skipped: 0 };
for (const file of readdirSync(folder).sort()) {
  const report = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Report;
  const counts = countsOf(report);
  console.log(`${file}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  if (file.startsWith('container') || file.startsWith('real-agents')) {
    const missing = report.cases?.filter((row) => row.verdict === 'skipped' && !row.reason?.startsWith('by design:')) ?? [];
    for (const row of missing) console.log(`${file}: ${row.scenario} was skipped although what it needs should be here: ${row.reason}`);
    if (missing.length > 0 || counts.passed === 0) counts.failed += 1;
  }
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);

interface Report {
  /** Of a sweep: points that were reached and clean are passed; what was not reached says nothing. */
  workloads?: { workload: string; outcome: Swept }[];
  /** Of a gate: what is not settled has not been shown. */
  clauses?: { holds: 'yes' | 'no' | 'unsettled' }[];
  numPassedTests?: number;
  numFailedTests?: number;
  numPendingTests?: number;
  numTodoTests?: number;
  cases?: { scenario: string; verdict: string; reason: string | null }[];
  counts?: { passed: number; failed: number; unknown: number; skipped: number; caught: number; missed: number };
}

function countsOf(report: Report): Counts {
  if (report.counts) {
    const { passed, failed, unknown, skipped, caught, missed } = report.counts;
    return { passed: passed + caught, failed: failed + unknown + missed, skipped };
  }
  if (report.clauses) {
    const held = report.clauses.filter((clause) => clause.holds === 'yes').length;
    return { passed: held, failed: report.clauses.length - held, skipped: 0 };
  }
  if (report.workloads) return report.workloads.map(({ workload, outcome }) => sweptCounts(workload, outcome)).reduce(added);
  return {
    passed: report.numPassedTests ?? 0,
    failed: report.numFailedTests ?? 0,
    skipped: (report.numPendingTests ?? 0) + (report.numTodoTests ?? 0),
  };
}

interface Swept {
  failsAlone?: string;
  unclear?: boolean;
  findings?: unknown[];
  untriaged?: unknown[];
  coverage?: { totals: Record<string, number> };
}

/** What had no verdict without faults says nothing, and is named. */
function sweptCounts(workload: string, { failsAlone, unclear = false, findings = [], untriaged = [], coverage }: Swept): Counts {
  if (failsAlone === undefined) return { passed: coverage?.totals['clean'] ?? 0, failed: findings.length + untriaged.length, skipped: 0 };
  console.log(`${workload} was not swept: ${failsAlone}`);
  return { passed: 0, failed: unclear ? 0 : 1, skipped: unclear ? 1 : 0 };
}

function added(sum: Counts, more: Counts): Counts {
  return { passed: sum.passed + more.passed, failed: sum.failed + more.failed, skipped: sum.skipped + more.skipped };
}
