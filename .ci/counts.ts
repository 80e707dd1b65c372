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
  const counts = countsOf(JSON.parse(readFileSync(join(folder, file), 'utf8')) as Report);
  console.log(`${file}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  if (file.startsWith('container') && (counts.skipped > 0 || counts.passed === 0)) {
    console.log(`${file}: scenarios were skipped although everything they need should be here`);
    counts.failed += 1;
  }
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);

interface Report {
  numPassedTests?: number;
  numFailedTests?: number;
  numPendingTests?: number;
  numTodoTests?: number;
  counts?: { passed: number; failed: number; unknown: number; skipped: number; caught: number; missed: number };
}

function countsOf(report: Report): Counts {
  if (report.counts) {
    const { passed, failed, unknown, skipped, caught, missed } = report.counts;
    return { passed: passed + caught, failed: failed + unknown + missed, skipped };
  }
  return {
    passed: report.numPassedTests ?? 0,
    failed: report.numFailedTests ?? 0,
    skipped: (report.numPendingTests ?? 0) + (report.numTodoTests ?? 0),
  };
}
