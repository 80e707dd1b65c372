// What a sweep has covered, for people: link x class x fault.
import { OUTCOMES, type Coverage, type PointOutcome } from '../explore/plan/coverage.ts';

/** What is said of a point, or of a case. A finding is something else: one bug may make many cases fail. */
export const OUTCOME_WORDS: Readonly<Record<PointOutcome, string>> = {
  found: 'failed',
  clean: 'clean',
  'not reached': 'not reached',
  unclear: 'without a verdict',
  'not run': 'not run',
};

export function coverageMarkdown(workload: string, coverage: Coverage): string {
  const { rows, points, done } = coverage;
  const lines = rows.map(({ link, class: name, fault, counts }) =>
    [`\`${link}\``, `\`${name.replaceAll('|', '\\|')}\``, fault, ...OUTCOMES.map((outcome) => String(counts[outcome] || ''))].join(' | '),
  );
  return `# What the sweep of ${workload} has covered

${shareText(points, done)}

| link | class of frames | fault | ${OUTCOMES.map((outcome) => OUTCOME_WORDS[outcome]).join(' | ')} |
|---|---|---|${OUTCOMES.map(() => '---|').join('')}
${lines.map((line) => `| ${line} |`).join('\n')}
`;
}

/** One line for each link, and one for all. */
export function coverageLines({ rows, points, done, totals }: Coverage): string[] {
  const links = [...Map.groupBy(rows, ({ link }) => link)].map(([link, ofLink]) => {
    const sums = OUTCOMES.map((outcome) => `${ofLink.reduce((sum, { counts }) => sum + counts[outcome], 0)} ${OUTCOME_WORDS[outcome]}`);
    return `  ${link.padEnd(24)} ${sums.join(', ')}`;
  });
  const all = OUTCOMES.map((outcome) => `${totals[outcome]} ${OUTCOME_WORDS[outcome]}`);
  return [`coverage: ${shareText(points, done)}: ${all.join(', ')}`, ...links];
}

function shareText(points: number, done: number): string {
  const share = points === 0 ? 0 : (100 * done) / points;
  return `${done} of ${points} fault points are done, ${share.toFixed(1)} %`;
}
