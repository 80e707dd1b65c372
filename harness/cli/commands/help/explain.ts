// `tornwire explain <code>`: what a message with that code means, what usually causes it, how to look closer, and the page about it.
import { CODES, explain as explained, withPrefix, type Explained } from '../../../model/codes/explain.ts';
import { docPage } from '../../../model/values/doc-page.ts';
import { EXIT } from '../../../model/values/exit-code.ts';
import { suggestion, UsageError } from '../../base/usage-error.ts';

/** Without a code: all of them. @throws UsageError for one that there is not. */
export function explain(code: string | undefined, { json = false }: { json?: boolean }): number {
  const chosen = (code === undefined ? CODES : [code]).map((each) => known(each));
  const [only] = chosen;
  if (json) process.stdout.write(`${JSON.stringify(code === undefined ? chosen : only, null, 2)}\n`);
  else if (code === undefined) process.stdout.write(`${chosen.map(lineOf).join('\n')}\n`);
  else if (only) process.stdout.write(explanationText(only));
  return EXIT.pass;
}

function known(code: string): Explained {
  const found = explained(code);
  if (!found) throw new UsageError(`there is no code '${code}'${suggestion(withPrefix(code), CODES)}`);
  return found;
}

const WIDTH = Math.max(...CODES.map(({ length }) => length));

function lineOf({ code, means }: Explained): string {
  return `${code.padEnd(WIDTH)}  ${means}`;
}

function explanationText({ code, means, causes, closer, page }: Explained): string {
  const list = (head: string, lines: readonly string[]): string[] => ['', head, ...lines.map((line) => `  - ${line}`)];
  return `${[code, `  ${means}`, ...list('What usually causes it', causes), ...list('How to look closer', closer), '', `More: ${docPage(page)}`].join('\n')}\n`;
}
