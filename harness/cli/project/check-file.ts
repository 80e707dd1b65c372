// The module that holds the checks of a pack on one target. For `check` it lies among the results; with `--save` it is a file of
// the project, from which a scenario of one's own grows.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PackUsageError } from '../../packs/base/broken.ts';
import type { Target } from '../../packs/base/pack.ts';
import { PACKS } from '../../packs/index.ts';
import { redactor } from '../../model/secrets/redact.ts';
import { pathPartOf } from '../../model/values/path-part.ts';
import { programFile } from '../../model/values/program-file.ts';
import { makeFolder, writeWhole } from '../../results/atomic-file.ts';
import { suggestion, UsageError } from '../base/usage-error.ts';
import { headersText, variableOf } from './headers.ts';
import { TARGET_VARIABLE, type CheckOptions } from './target.ts';
import { secretVariableOf, variablesOf } from './variables.ts';

/** @throws UsageError for what this pack does not know or lacks. A pack of one's own is loaded in a worker, and says so itself. */
export function askPack(name: string, target: Target): void {
  const pack = isOurs(name) ? PACKS[name] : undefined;
  if (pack === undefined) return;
  const unknown = Object.keys(target.settings ?? {}).find((each) => pack.settings?.includes(each) !== true);
  if (unknown !== undefined) throw new UsageError(`pack '${name}' knows no --${unknown}${suggestion(unknown, pack.settings ?? [])}`);
  if (target.headers !== undefined && pack.settings?.includes('http') !== true) throw new UsageError(`pack '${name}' knows no --header`);
  try {
    pack.checks(target);
  } catch (error) {
    if (error instanceof PackUsageError) throw new UsageError(`pack '${name}': ${error.message}`, { cause: error });
    throw error;
  }
}

/** @returns the file. What was typed is not in it: the worker that loads it has that in a variable. */
export async function writeChecks(pack: string, cwd: string, results: string): Promise<string> {
  const target = `JSON.parse(process.env[${JSON.stringify(TARGET_VARIABLE)}])`;
  const text = `// Written by \`tornwire check\`.\n${imports(pack, cwd)}\nexport default pack.checks(${target});\n`;
  const folder = join(results, 'checks', createHash('sha256').update(text).digest('hex').slice(0, 12));
  await makeFolder(folder);
  const file = join(folder, `${pathPartOf(nameOf(pack))}.scenario.mjs`);
  await writeWhole(file, text);
  return file;
}

const nameOf = (pack: string): string => (isOurs(pack) ? pack : (/([^/\\]+?)(?:\.pack)?(?:\.[cm]?[jt]s)?$/.exec(pack)?.[1] ?? 'pack'));

const isOurs = (pack: string): boolean => Object.hasOwn(PACKS, pack);

function imports(pack: string, cwd: string): string {
  if (!isOurs(pack)) return `import pack from ${JSON.stringify(pathToFileURL(foreignPack(pack, cwd)).href)};\n`;
  const packs = pathToFileURL(programFile(import.meta.url, '../../packs/index.ts')).href;
  return `import { PACKS } from ${JSON.stringify(packs)};\n\nconst pack = PACKS[${JSON.stringify(pack)}];\n`;
}

/** A file, or a package of the project. @throws UsageError */
function foreignPack(pack: string, cwd: string): string {
  const file = resolve(cwd, pack);
  if (/[./\\]/.test(pack) && existsSync(file)) return file;
  try {
    return createRequire(join(cwd, 'package.json')).resolve(pack);
  } catch {
    throw new UsageError(`no pack '${pack}'${suggestion(pack, Object.keys(PACKS))}; a pack of your own is a file or a package`);
  }
}

/** What `--save` has done, and what is left to do. */
export interface SavedChecks {
  /** The file, from the folder of the command. */
  saved: string;
  /** What it needs first, as a command; absent when it is there. */
  install?: string;
  /** Variables whose values are not in the file, by the name of the header or of the program's variable that takes the value. */
  variables: Readonly<Record<string, string>>;
  /** Something in the file looks like a secret: what was typed beside --env and --header is in it. */
  looksSecret: boolean;
  run: string;
}

/** @throws UsageError when the file is there. */
export async function saveChecks(pack: string, target: Target, given: Pick<CheckOptions, 'env'>): Promise<SavedChecks> {
  const { cwd } = target;
  const file = join(cwd, 'scenarios', `${pathPartOf(nameOf(pack))}.scenario.mjs`);
  if (existsSync(file)) throw new UsageError(`${relative(cwd, file)} is there already: remove it or give it another name`);
  const hidden = variablesOf(given.env ?? []).filter(({ byName }) => byName);
  const text = savedText(
    pack,
    target,
    hidden.map(({ name }) => name),
  );
  await makeFolder(join(cwd, 'scenarios'));
  await writeWhole(file, text);
  return {
    saved: relative(cwd, file),
    ...(!isInstalled(cwd) && { install: 'npm install --save-dev tornwire' }),
    variables: Object.fromEntries([
      ...Object.keys(target.headers ?? {}).map((name) => [name, variableOf(name)]),
      ...hidden.map(({ name }) => [name, secretVariableOf(name)]),
    ]),
    looksSecret: typedTexts(target).some((each) => redactor().text(each) !== each),
    run: `npx tornwire run ${nameOf(pack)}`,
  };
}

/** What stands in the file as it was typed, beside variables and headers. */
function typedTexts({ command, call, slow, settings }: Target): string[] {
  return [command.join(' '), ...[call, slow, settings].map((each) => JSON.stringify(each ?? null))];
}

/** What `saveChecks` did, for people. */
export function savedLines({ saved, install, variables, looksSecret, run }: SavedChecks): string[] {
  return [
    `saved: ${saved}`,
    ...(install === undefined ? [] : [`install first, so that the file finds its imports: ${install}`]),
    ...Object.entries(variables).map(([name, variable]) => `give it ${variable}: the value of ${name} is not in the file`),
    ...(looksSecret ? [`look at ${saved} before you hand it on: something in it looks like a secret`] : []),
    `run it: ${run}`,
  ];
}

/** @param hidden variables whose values are not in it */
function savedText(pack: string, { cwd, headers, env, ...rest }: Target, hidden: readonly string[]): string {
  const importLine = isOurs(pack)
    ? `import { PACKS } from 'tornwire/packs';\n\nconst pack = PACKS[${JSON.stringify(pack)}];`
    : `import pack from ${JSON.stringify(`../${relative(cwd, foreignPack(pack, cwd))}`)};`;
  const fields = [
    ...Object.entries(rest).map(([name, value]) => `  ${name}: ${JSON.stringify(value)},`),
    ...(env === undefined ? [] : [`  env: ${variablesText(env, hidden)},`]),
    ...(headers === undefined ? [] : [`  headers: ${headersText(headers)},`]),
  ];
  return [
    `// The checks of the pack '${pack}' on this program, as scenarios: \`npx tornwire run ${nameOf(pack)}\`. Each of them is a value: what you`,
    '// put beside them, or in their place by the same key, runs with them.',
    `import { fileURLToPath } from 'node:url';`,
    importLine,
    '',
    'const target = {',
    `  cwd: fileURLToPath(new URL('..', import.meta.url)),`,
    ...fields,
    '};',
    '',
    'export default {',
    '  ...pack.checks(target),',
    '};',
    '',
  ].join('\n');
}

/** As the text of a module. */
function variablesText(env: Readonly<Record<string, string>>, hidden: readonly string[]): string {
  const fields = Object.entries(env).map(([name, value]) => {
    const text = hidden.includes(name) ? `process.env[${JSON.stringify(secretVariableOf(name))}] ?? ''` : JSON.stringify(value);
    return `${JSON.stringify(name)}: ${text}`;
  });
  return `{ ${fields.join(', ')} }`;
}

function isInstalled(cwd: string): boolean {
  try {
    return createRequire(join(cwd, 'package.json')).resolve('tornwire/package.json') !== '';
  } catch {
    return false;
  }
}
