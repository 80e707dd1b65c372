// The module that holds the checks of a pack on one target. For `check` it lies among the results; with `--save` it is a file of
// the project, from which a scenario of one's own grows.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PackUsageError } from '../../packs/base/broken.ts';
import type { Call, Target } from '../../packs/base/pack.ts';
import { PACKS } from '../../packs/index.ts';
import { pathPartOf } from '../../model/values/path-part.ts';
import { programFile } from '../../model/values/program-file.ts';
import { makeFolder, writeWhole } from '../../results/atomic-file.ts';
import { suggestion, UsageError } from '../base/usage-error.ts';
import { headersOf, headersText, variableOf } from './headers.ts';

export interface CheckOptions {
  call?: string;
  args?: string;
  slow?: string;
  slowArgs?: string;
  http?: string;
  port?: string;
  path?: string;
  hello?: string;
  expect?: string;
  model?: string;
  modelUrlEnv?: string;
  prompt?: string;
  set?: readonly string[];
  env?: readonly string[];
  header?: readonly string[];
  only?: readonly string[];
  save?: boolean;
  /** What no rule demands is broken too. */
  strict?: boolean;
  json?: boolean;
  junit?: string;
  sarif?: string;
  seed?: number;
  jobs?: number;
}

/** @throws UsageError for arguments that are no JSON. */
export function targetOf(command: readonly string[], cwd: string, options: CheckOptions): Target {
  const call = callOf('--call', '--args', options.call, options.args);
  const slow = callOf('--slow', '--slow-args', options.slow, options.slowArgs);
  const env = variables(options.env ?? []);
  const settings = settingsOf(options);
  const headers = headersOf(options.header ?? []);
  return {
    command,
    cwd,
    ...(call && { call }),
    ...(slow && { slow }),
    ...(Object.keys(env).length > 0 && { env }),
    ...(Object.keys(headers).length > 0 && { headers }),
    ...(Object.keys(settings).length > 0 && { settings }),
  };
}

/** Options that stand for a setting of a pack. */
const SETTINGS = {
  http: 'http',
  port: 'port',
  path: 'path',
  hello: 'hello',
  expect: 'expect',
  model: 'model',
  modelUrlEnv: 'model-url-env',
  prompt: 'prompt',
} as const satisfies Partial<Record<keyof CheckOptions, string>>;

export function settingsIn(options: CheckOptions): (readonly [name: string, value: string])[] {
  return Object.entries(SETTINGS).flatMap(([option, name]) => {
    const value = options[option as keyof typeof SETTINGS];
    return value === undefined ? [] : [[name, value] as const];
  });
}

function settingsOf(options: CheckOptions): Record<string, string> {
  const named = settingsIn(options);
  return { ...variables(options.set ?? []), ...Object.fromEntries(named) };
}

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

function callOf(option: string, argsOption: string, name: string | undefined, args: string | undefined): Call | undefined {
  if (name === undefined) {
    if (args !== undefined) throw new UsageError(`${argsOption} needs ${option}`);
    return undefined;
  }
  try {
    return { name, args: args === undefined ? {} : (JSON.parse(args) as Call['args']) };
  } catch (error) {
    throw new UsageError(`${argsOption} is no JSON: ${(error as Error).message}`);
  }
}

/** `NAME=value`, or `NAME` for the value that it has here. */
function variables(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((each) => {
      const at = each.indexOf('=');
      return at < 0 ? [each, process.env[each] ?? ''] : [each.slice(0, at), each.slice(at + 1)];
    }),
  );
}

/** @returns the file. A target has a file of its own, so that two checks at one time do not meet. */
export async function writeChecks(pack: string, target: Target, results: string): Promise<string> {
  const { headers, ...rest } = target;
  const given = `${JSON.stringify(rest, null, 2).slice(0, -2)}${headers === undefined ? '' : `,\n  "headers": ${headersText(headers)}`}\n}`;
  const text = `// Written by \`tornwire check\`.\n${imports(pack, target.cwd)}\nexport default pack.checks(${given});\n`;
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

/** @returns what to say. @throws UsageError when the file is there. */
export async function saveChecks(pack: string, target: Target, cwd: string): Promise<string[]> {
  const file = join(cwd, 'scenarios', `${pathPartOf(nameOf(pack))}.scenario.mjs`);
  if (existsSync(file)) throw new UsageError(`${relative(cwd, file)} is there already: remove it or give it another name`);
  const importLine = isOurs(pack)
    ? `import { PACKS } from 'tornwire/packs';\n\nconst pack = PACKS[${JSON.stringify(pack)}];`
    : `import pack from ${JSON.stringify(`../${relative(cwd, foreignPack(pack, cwd))}`)};`;
  const { cwd: _, headers, ...rest } = target;
  const fields = [
    ...Object.entries(rest).map(([name, value]) => `  ${name}: ${JSON.stringify(value)},`),
    ...(headers === undefined ? [] : [`  headers: ${headersText(headers)},`]),
  ];
  const text = [
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
  await makeFolder(join(cwd, 'scenarios'));
  await writeWhole(file, text);
  const install = isInstalled(cwd) ? [] : ['install first, so that the file finds its imports: npm install --save-dev tornwire'];
  const variables = Object.keys(headers ?? {}).map((name) => `give it ${variableOf(name)}: the value of ${name} is not in the file`);
  return [`saved: ${relative(cwd, file)}`, ...install, ...variables, `run it: npx tornwire run ${nameOf(pack)}`];
}

function isInstalled(cwd: string): boolean {
  try {
    return createRequire(join(cwd, 'package.json')).resolve('tornwire/package.json') !== '';
  } catch {
    return false;
  }
}
