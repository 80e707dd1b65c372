// Which files are written, and where. No file that is there is overwritten.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { FindError, record } from './detect/detector.ts';
import type { Found } from './base/found.ts';
import { adapter } from './templates/adapter.ts';
import { smoke } from './templates/smoke.ts';
import { workflow } from './templates/workflow.ts';

export interface NewFile {
  /** Absolute. */
  file: string;
  content: string;
}

export function filesFor(found: Found, folder: string): NewFile[] {
  const ending = isOfModules(folder) ? 'ts' : 'mts';
  const root = repositoryOf(folder);
  const scenarios = join(folder, 'scenarios');
  const has = (name: string): boolean => existsSync(join(folder, name));
  const about = { found, below: relative(root, folder), hasLock: has('package-lock.json'), isPython: has('pyproject.toml') };
  return [
    { file: join(scenarios, `system.${ending}`), content: adapter(found, '..') },
    { file: join(scenarios, `smoke.scenario.${ending}`), content: smoke(found, `./system.${ending}`) },
    { file: join(root, '.github', 'workflows', 'tornwire.yml'), content: workflow(about) },
  ];
}

/** All of them or none. @throws FindError naming those that are there, unless they may be replaced. */
export function write(files: readonly NewFile[], force: boolean): void {
  const there = files.filter(({ file }) => existsSync(file)).map(({ file }) => relative(process.cwd(), file));
  if (there.length > 0 && !force)
    throw new FindError(
      `${there.join(', ')} ${there.length === 1 ? 'is' : 'are'} there already, and init overwrites nothing; --force replaces ${there.length === 1 ? 'it' : 'them'}`,
    );
  for (const { file, content } of files) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { flag: force ? 'w' : 'wx' });
  }
}

/** Its lines that begin with QUESTION, with the line number. */
export function questionsIn({ content }: NewFile): { line: number; question: string }[] {
  return content.split('\n').flatMap((text, index) => {
    const question = /^\s*\/\/ (QUESTION: .*)$/.exec(text)?.[1];
    return question === undefined ? [] : [{ line: index + 1, question }];
  });
}

/** Its .ts files are ES modules; .mts files are that anywhere. */
function isOfModules(folder: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    const file = join(at, 'package.json');
    if (existsSync(file)) return record(JSON.parse(readFileSync(file, 'utf8')))['type'] === 'module';
    if (at === dirname(at)) return false;
  }
}

/** The folder of its Git repository, where GitHub looks for workflows; without one the folder itself. */
function repositoryOf(folder: string): string {
  for (let at = folder; at !== dirname(at); at = dirname(at)) if (existsSync(join(at, '.git'))) return at;
  return folder;
}
