// The page of the documentation that explains the self-test and lists its pairs.
import type { Pair } from './base/pair.ts';

const HEAD = `# The self-test

This page is generated from \`harness/selftest/page.ts\`. A test fails when it is not current, and
\`npx vitest run harness/selftest/page.test.ts -u\` writes it anew.

\`npx tornwire selftest\` shows whether verdicts can be believed on this machine. It needs no project of yours.

- A **pair** is a tiny program with one planted bug, and its clean twin. Both are made from one file: the bug is a change of a few words.
  The programs are in Node, Python, C and shell, and speak TCP, Unix sockets, HTTP, WebSocket and stdio.
- Each twin is run **by hand** first: \`hand.mjs\` starts it without Tornwire, does what a person would do, and prints what was to be seen.
  The columns "by hand" hold that text. Where both are equal, a stranger sees nothing of the bug: it takes a fault, or many rounds.
- Then each twin is **judged**, by the same scenario. The bug must fail by the oracle that the table names, the twin must pass. Where
  nothing can be known of the system, because no fault acted or the script broke its own process, the bug must be *unknown*.
- Some twins look like bugs and are none: a pool that stops growing, a child that ends unasked because it is done, news that comes late.

| option | meaning |
|---|---|
| \`[filter]\` | a part of a pair's name or sentence, or \`@oracle\`, \`@language\`, \`@transport\`, \`@row\` |
| \`--repeat n\` | judge every twin n times |
| \`--load k\` | busy loops beside it, k times as many as there are cores |
| \`--quick\` | few pairs that have something of everything; \`.ci/run\` does this |
| \`--jobs n\` | cases side by side; twice as many as there are cores by default, for most of them wait |
| \`--isolation\` | as for \`run\` |
| \`--json\` | the outcome as JSON on stdout |

It makes a project in \`results/selftest/\`: its programs are in \`programs/<pair>/bug.*\` and \`clean.*\` (\`diff\` shows the bug), and its
scenarios can be run there as any others: \`cd results/selftest && npx tornwire run pairs/<pair>-bug\`. The histories of what did not
end as the table says stay in \`results/selftest/results/\`.

The last line counts. Exit 0: on a quiet machine at least 99 % of the bugs are caught by their oracle and every clean twin passes; with
\`--load\`, at least 97 % of the bugs are caught or unknown with the reason, and no clean twin fails. What a hand saw is as written.
Exit 1: that is not so. Exit 3: the harness could not tell. Without Python 3 or a C compiler, their pairs are skipped and counted. A pair
marked as a **known hole** has a wrong verdict today; it is shown and counted apart.
`;

export function renderPage(pairs: readonly Pair[]): string {
  const parts = [...Map.groupBy(pairs, ({ oracle }) => oracle)].map(([oracle, ofOracle]) =>
    [
      `\n## ${oracle} (${ofOracle.length})\n`,
      '| pair | speaks | bug | by hand | its twin by hand | verdict |',
      '|---|---|---|---|---|---|',
      ...ofOracle.map(row),
    ].join('\n'),
  );
  return `${HEAD}${parts.join('\n')}\n`;
}

function row({ name, shape, bug, hole, hand, oracle, also, outcome, known }: Pair): string {
  const verdict = `${outcome} by ${oracle}${also === undefined ? '' : ` or ${also}`}${known === undefined ? '' : `; a known hole: ${known}`}`;
  const cells = [`\`${name}\``, shape.speech, `${bug}${hole === undefined ? '' : ` (${hole})`}`, code(hand.bug), code(hand.clean), verdict];
  return `| ${cells.join(' | ')} |`;
}

function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``;
}
