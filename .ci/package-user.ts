// A stranger's project: an empty folder, the packed Tornwire, a Node of its own, and the two small systems that the
// repository's own tests point Tornwire at as well.
import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export const REPOSITORY = join(import.meta.dirname, '..');
const WITHIN_MS = 120_000;

export interface Ended {
  code: number | null;
  /** stdout and stderr. */
  out: string;
}

export interface User {
  folder: string;
  make(tarball: string): Promise<true>;
  tornwire(...words: readonly string[]): Promise<Ended>;
  /** The same while it runs. */
  start(...words: readonly string[]): ChildProcess;
  vitest(...words: readonly string[]): Promise<Ended>;
  /** The repository's own compiler over this project. */
  typescript(): Promise<Ended>;
}

export function withNode(bin: string, folder: string): User {
  const path = [bin, ...(process.env['PATH'] ?? '').split(delimiter).filter((entry) => !entry.includes('node_modules'))];
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('npm_') && name !== 'NODE_OPTIONS');
  const env = { ...Object.fromEntries(own), PATH: path.join(delimiter), NO_COLOR: '1' };
  const start = (program: string, words: readonly string[]): ChildProcess =>
    spawn(program, words, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: WITHIN_MS });
  const inBin = (program: string): string => join(folder, 'node_modules', '.bin', program);
  const npm = async (...words: readonly string[]): Promise<Ended> => wantDone(await ended(start('npm', words)), `npm ${words.join(' ')}`);
  return {
    folder,
    make: (tarball) => make(folder, npm, tarball),
    tornwire: (...words) => ended(start(inBin('tornwire'), words)),
    start: (...words) => start(inBin('tornwire'), words),
    vitest: (...words) => ended(start(inBin('vitest'), words)),
    typescript: () => ended(start(join(REPOSITORY, 'node_modules', '.bin', 'tsc'), [])),
  };
}

async function make(folder: string, npm: (...words: readonly string[]) => Promise<Ended>, tarball: string): Promise<true> {
  mkdirSync(folder);
  const { devDependencies } = manifestOf(REPOSITORY);
  await npm('init', '--yes');
  await npm('pkg', 'set', 'type=module');
  const vitest = `vitest@${devDependencies?.['vitest']}`;
  await npm('install', '--save-dev', '--engine-strict', '--prefer-offline', '--no-audit', '--no-fund', tarball, vitest);
  for (const project of ['harness/cli/testing/test-project', 'fixtures/package-user'])
    cpSync(join(REPOSITORY, project), folder, { recursive: true });
  rmSync(join(folder, 'scenarios', 'mistaken'), { recursive: true });
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: STRICT }));
  writeFileSync(join(folder, 'policy.yaml'), 'version: 1\ntags: [gate]\nclean: { repeats: 2 }\n');
  writeFileSync(join(folder, 'vitest.config.ts'), 'export default { test: { strictTags: false } };\n');
  writeFileSync(
    join(folder, 'scenarios.test.ts'),
    "import { registerScenarios } from 'tornwire/vitest';\n\nawait registerScenarios(import.meta.dirname);\n",
  );
  return true;
}

/** `types` is empty on purpose: what Tornwire's declarations need they must bring themselves. */
const STRICT = {
  module: 'nodenext',
  target: 'es2023',
  lib: ['es2023'],
  types: [],
  strict: true,
  skipLibCheck: false,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
  erasableSyntaxOnly: true,
  allowImportingTsExtensions: true,
  rewriteRelativeImportExtensions: true,
  declaration: true,
  outDir: 'compiled',
};

export async function ended(child: ChildProcess): Promise<Ended> {
  let out = '';
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text: string) => (out += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, out: signal === null ? out : `${out}\nended by ${signal}` }));
  });
}

interface Manifest {
  version: string;
  engines?: { node: string };
  devDependencies?: Record<string, string>;
}

export function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

function wantDone(end: Ended, what: string): Ended {
  if (end.code !== 0) throw new Error(`${what}: code ${end.code}\n${end.out}`);
  return end;
}

export function wantEqual<T>(seen: T, wanted: T, what: string): void {
  if (seen !== wanted) throw new Error(`${what}: wanted ${JSON.stringify(wanted)}, saw ${JSON.stringify(seen)}`);
}

export function wantMatch(text: string, wanted: RegExp): void {
  if (!wanted.test(text)) throw new Error(`wanted ${wanted}, saw:\n${text}`);
}

export function wantEnd(end: Ended, code: number, wanted: RegExp): void {
  if (end.code !== code) throw new Error(`exit code: wanted ${code}, saw ${end.code}:\n${end.out}`);
  wantMatch(end.out, wanted);
}
