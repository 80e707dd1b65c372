// JUnit XML as CI systems read it: one test case for each row. An unknown verdict is an error, never a pass. A planned case
// without a verdict is an error too.
import type { Clause } from '../results/gate-outcome.ts';
import type { CaseRow, PendingCase, Summary } from '../results/summary.ts';
import { isCaught } from '../results/summary.ts';

interface JunitMore {
  /** Those of a gate become a suite of their own. */
  clauses?: readonly Clause[];
  /** The HTML report of the run, seen from the project, once it is written. */
  report?: string;
}

export function junitXml(summary: Summary, { clauses, report }: JunitMore = {}): string {
  const rows = summary.cases;
  const failures = rows.filter((row) => outcomeOf(row) === 'failure').length;
  const errors = rows.filter((row) => outcomeOf(row) === 'error').length + summary.pending.length;
  const skipped = rows.filter((row) => row.verdict === 'skipped').length;
  const totals = `tests="${rows.length + summary.pending.length}" failures="${failures}" errors="${errors}" skipped="${skipped}" time="${seconds(summary.durationMs)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="tornwire" ${totals}>`,
    `  <testsuite name="tornwire" ${totals} timestamp="${escapeXml(summary.startedAt)}">`,
    ...rows.map((row) => testCase(row, report)),
    ...summary.pending.map(pendingTestCase),
    '  </testsuite>',
    ...(clauses ? gateSuite(clauses) : []),
    '</testsuites>',
    '',
  ].join('\n');
}

function gateSuite(clauses: readonly Clause[]): string[] {
  const count = (holds: Clause['holds']): number => clauses.filter((clause) => clause.holds === holds).length;
  return [
    `  <testsuite name="gate" tests="${clauses.length}" failures="${count('no')}" errors="${count('unsettled')}" skipped="0">`,
    ...clauses.map(clauseCase),
    '  </testsuite>',
  ];
}

function clauseCase(clause: Clause): string {
  const open = `    <testcase classname="gate" name="${escapeXml(clause.name)}"`;
  if (clause.holds === 'yes') return `${open}/>`;
  const kind = clause.holds === 'no' ? 'failure' : 'error';
  return `${open}>\n      <${kind} type="${clause.holds}" message="${escapeXml(clause.detail)}"/>\n    </testcase>`;
}

function pendingTestCase(pending: PendingCase): string {
  const message = 'planned, and not finished when this report was written';
  return `    <testcase ${nameOf(pending)}>\n      <error type="unfinished" message="${message}"/>\n    </testcase>`;
}

function nameOf({ scenario, title, defect, repeat }: PendingCase): string {
  const seeded = defect === null ? '' : ` [defect ${defect}]`;
  const again = repeat > 1 ? ` #${repeat}` : '';
  return `classname="${escapeXml(scenario)}" name="${escapeXml(`${title}${seeded}${again}`)}"`;
}

function testCase(row: CaseRow, report: string | undefined): string {
  const open = `    <testcase ${nameOf(row)} time="${seconds(row.durationMs)}">`;
  const body = [...propertiesOf(row), ...[bodyOf(row)].filter((text) => text !== ''), ...attachmentsOf(row, report)].join('\n');
  return body === '' ? open.replace(/>$/, '/>') : `${open}\n${body}\n    </testcase>`;
}

/** What a row is found and replayed by. Readers that know none pass over them. */
function propertiesOf(row: CaseRow): string[] {
  if (row.verdict === 'skipped') return [];
  const { seed, runtime, engine, fingerprint, folder, replay } = row;
  const all = Object.entries({ seed: String(seed), runtime, engine, fingerprint, folder, replay });
  const told = all.flatMap(([name, value]) => (value === null ? [] : `        <property name="${name}" value="${escapeXml(value)}"/>`));
  return ['      <properties>', ...told, '      </properties>'];
}

/**
 * CI services take the files along that such lines name. GitLab links the first of a test case, and its paths count from the project's
 * folder (https://docs.gitlab.com/ci/testing/unit_test_reports); Jenkins' plugin wants each on a line of its own
 * (https://github.com/jenkinsci/junit-attachments-plugin).
 */
function attachmentsOf(row: CaseRow, report: string | undefined): string[] {
  const isTold = outcomeOf(row) === 'failure' || outcomeOf(row) === 'error';
  const files = [...(report === undefined ? [] : [report]), ...(row.folder === null ? [] : [`${row.folder}/history.ndjson`])];
  if (!isTold || files.length === 0) return [];
  return [`      <system-out>${files.map((file) => `[[ATTACHMENT|${escapeXml(file)}]]`).join('\n')}</system-out>`];
}

function bodyOf(row: CaseRow): string {
  const doubt = outcomeOf(row) === 'error' ? `not proved (${row.reasonKind}): ` : '';
  const found = row.findings.map((finding) => `${doubt}${finding.oracle}: ${finding.message}`);
  const text = escapeXml([...found, ...(row.accepted ? [acceptedText(row.accepted)] : []), row.replay].join('\n'));
  switch (outcomeOf(row)) {
    case 'pass':
      if (row.accepted) return `      <system-out>${escapeXml(acceptedText(row.accepted))}</system-out>`;
      return row.defect === null ? '' : `      <system-out>caught by ${escapeXml(row.expectedOracle ?? '')}\n${text}</system-out>`;
    case 'skipped':
      return `      <skipped message="${escapeXml(row.reason ?? '')}"/>`;
    case 'error':
      return `      <error type="unknown" message="${escapeXml(row.reason ?? '')}">${text}</error>`;
    case 'failure':
      return `      <failure type="${escapeXml(row.oracle ?? 'missed')}" message="${escapeXml(headline(row))}">${text}</failure>`;
  }
}

function acceptedText(accepted: NonNullable<CaseRow['accepted']>): string {
  return accepted.map(({ oracle, message, reason, until }) => `accepted until ${until} (${reason}): ${oracle}: ${message}`).join('\n');
}

function outcomeOf(row: CaseRow): 'pass' | 'failure' | 'error' | 'skipped' {
  if (row.verdict === 'skipped') return 'skipped';
  if (row.defect !== null) return isCaught(row) ? 'pass' : 'failure';
  return row.verdict === 'pass' ? 'pass' : row.verdict === 'fail' ? 'failure' : 'error';
}

function headline(row: CaseRow): string {
  return row.defect === null ? (row.findings[0]?.message ?? '') : `defect ${row.defect} was not caught by oracle ${row.expectedOracle}`;
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(3);

/** Characters that XML 1.0 cannot hold at all become U+FFFD: captured text is hostile. */
function escapeXml(text: string): string {
  const plain = text.replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD');
  return plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
