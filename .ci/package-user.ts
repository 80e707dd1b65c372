// A stranger's project: an empty folder, the packed Tornwire, a Node and a package manager of its own, and the two small
// systems that the repository's own tests point Tornwire at as well.
import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export const REPOSITORY = join(import.meta.dirname, '..');
const WITHIN_MS = 120_000;

export interface Ended {
  code: number | null;
  /** stdout and stderr. */
  out: string;
}

/** What tells strangers apart. */
export interface Kind {
  node: string;
  manager: 'npm' | 'pnpm';
  /** `type` in package.json. In a project of CommonJS the ES modules end in .mts. */
  modules: 'module' | 'commonjs';
}

export interface User {
  kind: Kind;
  folder: string;
  make(tarball: string): Promise<true>;
  tornwire(...words: readonly string[]): Promise<Ended>;
  /** The same while it runs. */
  start(words: readonly string[], variables?: Readonly<Record<string, string>>): ChildProcess;
  vitest(...words: readonly string[]): Promise<Ended>;
  /** The repository's own compiler over this project. */
  typescript(): Promise<Ended>;
}

/** @param bins folders that come first on PATH. */
export function withNode(bins: readonly string[], folder: string, kind: Kind): User {
  const path = [...bins, ...(process.env['PATH'] ?? '').split(delimiter).filter((entry) => !entry.includes('node_modules'))];
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('npm_') && name !== 'NODE_OPTIONS');
  const env = { ...Object.fromEntries(own), PATH: path.join(delimiter), NO_COLOR: '1', XDG_DATA_HOME: join(folder, '..', 'pnpm-data') };
  const start = (program: string, words: readonly string[], variables: Readonly<Record<string, string>> = {}): ChildProcess =>
    spawn(program, words, { cwd: folder, env: { ...env, ...variables }, stdio: ['ignore', 'pipe', 'pipe'], timeout: WITHIN_MS });
  const inBin = (program: string): string => join(folder, 'node_modules', '.bin', program);
  const manager = async (...words: readonly string[]): Promise<Ended> =>
    wantDone(await ended(start(kind.manager, words)), `${kind.manager} ${words.join(' ')}`);
  return {
    kind,
    folder,
    make: (tarball) => make(folder, kind, manager, tarball),
    tornwire: (...words) => ended(start(inBin('tornwire'), words)),
    start: (words, variables) => start(inBin('tornwire'), words, variables),
    vitest: (...words) => ended(start(inBin('vitest'), words)),
    typescript: () => ended(start(join(REPOSITORY, 'node_modules', '.bin', 'tsc'), [])),
  };
}

const INSTALL = {
  npm: ['install', '--save-dev', '--engine-strict', '--prefer-offline', '--no-audit', '--no-fund'],
  // pnpm runs the install script of no package that it is not told of, and ends with an error where there is one.
  pnpm: ['add', '--save-dev', '--allow-build=koffi', '--config.engine-strict=true', '--prefer-offline'],
} as const;

async function make(
  folder: string,
  { manager, modules }: Kind,
  run: (...words: readonly string[]) => Promise<Ended>,
  tarball: string,
): Promise<true> {
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'stranger', private: true, type: modules }));
  const { devDependencies } = manifestOf(REPOSITORY);
  await run(...INSTALL[manager], tarball, `vitest@${devDependencies?.['vitest']}`);
  for (const project of ['harness/cli/testing/test-project', 'fixtures/package-user'])
    cpSync(join(REPOSITORY, project), folder, { recursive: true });
  rmSync(join(folder, 'scenarios', 'mistaken'), { recursive: true });
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: STRICT }));
  writeFileSync(join(folder, 'policy.yaml'), 'version: 1\ntags: [gate]\nclean: { repeats: 2 }\n');
  writeFileSync(
    join(folder, 'scenarios.test.ts'),
    "import { registerScenarios } from 'tornwire/vitest';\n\nawait registerScenarios(import.meta.dirname);\n",
  );
  if (modules === 'commonjs') endInMts(folder);
  return true;
}

/** Every TypeScript file of the project, and what it imports of them. */
function endInMts(folder: string): void {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => !file.startsWith('node_modules'));
  for (const file of files.filter((each) => each.endsWith('.ts')).map((each) => join(folder, each))) {
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/(from '\.[^']*)\.ts'/g, "$1.mts'"));
    renameSync(file, file.replace(/\.ts$/, '.mts'));
  }
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
