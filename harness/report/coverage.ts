// What a sweep has covered, for people: link x class x fault.
import { OUTCOMES, type Coverage } from '../explore/plan/coverage.ts';

export function coverageMarkdown(workload: string, coverage: Coverage): string {
  const { rows, points, done } = coverage;
  const lines = rows.map(({ link, class: name, fault, counts }) =>
    [`\`${link}\``, `\`${name.replaceAll('|', '\\|')}\``, fault, ...OUTCOMES.map((outcome) => String(counts[outcome] || ''))].join(' | '),
  );
  return `# What the sweep of ${workload} has covered

${shareText(points, done)}

| link | class of frames | fault | ${OUTCOMES.join(' | ')} |
|---|---|---|${OUTCOMES.map(() => '---|').join('')}
${lines.map((line) => `| ${line} |`).join('\n')}
`;
}

/** One line for each link, and one for all. */
export function coverageLines({ rows, points, done, totals }: Coverage): string[] {
  const links = [...Map.groupBy(rows, ({ link }) => link)].map(([link, ofLink]) => {
    const sums = OUTCOMES.map((outcome) => `${ofLink.reduce((sum, { counts }) => sum + counts[outcome], 0)} ${outcome}`);
    return `  ${link.padEnd(24)} ${sums.join(', ')}`;
  });
  return [`coverage: ${shareText(points, done)} (${OUTCOMES.map((outcome) => `${totals[outcome]} ${outcome}`).join(', ')})`, ...links];
}

function shareText(points: number, done: number): string {
  const share = points === 0 ? 0 : (100 * done) / points;
  return `${done} of ${points} enumerated fault points are done, ${share.toFixed(1)} %`;
}
