// The code blocks of a page, and what a shell line in one of them runs.
import type { Command } from 'commander';

export interface Block {
  /** `docs/reference/gate.md:19` */
  place: string;
  language: string;
  text: string;
}

export function blocksOf(page: string, markdown: string): Block[] {
  return [...markdown.matchAll(/^( *)```(\w*)[^\n]*\n([^]*?)^ *```$/gm)].map(([, indent = '', language = '', text = ''], index, all) => ({
    place: `${page}:${markdown.slice(0, all[index]?.index).split('\n').length}`,
    language,
    text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  }));
}

/** Each command of a shell text, as words. A substitution is left out; an expression of CI is one word. */
export function commandsIn(shell: string): string[][] {
  return shell
    .replaceAll('\\\n', ' ')
    .split('\n')
    .map((line) =>
      line
        .replace(/(^|\s)#.*$/, '')
        .replaceAll(/\s\d?>>?\s*\S+/g, '')
        .replaceAll(/\$\([^)]*\)/g, '')
        .replaceAll(/\$\{\{.*?\}\}/g, '1'),
    )
    .flatMap((line) => line.split(/&&|\|\||[;|]/))
    .map((command) => (command.match(/'[^']*'|"[^"]*"|[^\s'"]+/g) ?? []).map((word) => word.replaceAll(/^['"]|['"]$/g, '')))
    .filter((words) => words.length > 0);
}

/** What is wrong with a command of a block, or undefined. @param program its actions are replaced by nothing */
export async function commandProblem(words: readonly string[], program: Command, scripts: readonly string[]): Promise<string | undefined> {
  const [first = '', second = '', third = ''] = words;
  if (first === 'npx' && second === 'tornwire') return parseProblem(words.slice(2), program);
  if (first === 'tornwire') return parseProblem(words.slice(1), program);
  if (first === 'npm' && second === 'run') return scripts.includes(third) ? undefined : `package.json has no script '${third}'`;
  return OTHERS.includes(first) ? undefined : `nobody knows the program '${first}'`;
}

/** What stands beside our own commands. */
const OTHERS = ['npm', 'mkdir', 'cp', 'cat', 'node', 'apt-get', 'curl', 'exit'];

async function parseProblem(words: readonly string[], program: Command): Promise<string | undefined> {
  for (const command of program.commands) command.action(() => {});
  program.configureOutput({ writeErr: () => {}, writeOut: () => {} });
  for (const command of program.commands) command.configureOutput({ writeErr: () => {}, writeOut: () => {} });
  try {
    await program.parseAsync([...words], { from: 'user' });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
