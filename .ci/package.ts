// What `npm pack` makes, as strangers meet it: packed, installed into empty projects, and used there. Each stranger has a
// Node, a package manager and a kind of modules of their own (STRANGERS); what they do is the list USES of
// package-uses.ts. One line a check; `npm run package-check` is this by hand.
// With a file named, the counts are written there as `.ci/counts.ts` reads them.
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { manifestOf, REPOSITORY, wantEqual, wantMatch, withNode, type Kind, type User } from './package-user.ts';
import { USES } from './package-uses.ts';

/** Too old on purpose, to see what it is told. */
const OLD_NODE = '20.20.2';
/** In bytes. */
const TARBALL_MAX = 1_000_000;
const NODE_PACKAGE = `node-${process.platform}-${process.arch}`;
const OLDEST_NODE = oldestNode();
const NEWEST_NODE = '26.12.1';
const PNPM = '12.21.0';
/** Each Node, each package manager and each kind of modules at least once; all of them together would be twelve. */
const STRANGERS: readonly Kind[] = [
  { node: OLDEST_NODE, manager: 'npm', modules: 'module' },
  { node: process.versions.node, manager: 'pnpm', modules: 'module' },
  { node: NEWEST_NODE, manager: 'npm', modules: 'commonjs' },
];

const counts = { numPassedTests: 0, numFailedTests: 0 };
const scratch = mkdtempSync(join(tmpdir(), 'pkg-'));
try {
  await checkPackage();
} finally {
  rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
}
console.log(`package: ${counts.numPassedTests} passed, ${counts.numFailedTests} failed in ${Math.round(performance.now() / 1_000)} s`);
if (process.argv[2] !== undefined) writeFileSync(process.argv[2], JSON.stringify(counts));
process.exit(counts.numFailedTests === 0 ? 0 : 1);

async function checkPackage(): Promise<void> {
  const [tarball, tools] = await Promise.all([
    check('npm pack leaves the working tree as it was', pack),
    check('the Nodes and package managers to try it with are here', installTools),
  ]);
  if (tarball === undefined || tools === undefined) return;
  await check(`the tarball has at most ${TARBALL_MAX / 1_000} kB`, () => isSmall(tarball));
  const strangers = STRANGERS.map((kind) => ({
    who: `Node ${kind.node}, ${kind.manager}, ${kind.modules}`,
    user: withNode([tools.node(kind.node), tools.managers], join(scratch, `on-${kind.node}`), kind),
  }));
  const made = await Promise.all(
    strangers.map(({ who, user }) => check(`${who}: it installs into an empty project, engines enforced`, () => user.make(tarball))),
  );
  // One after the other: a verdict needs a machine that is not starved.
  for (const [index, { who, user }] of strangers.entries())
    for (const [what, use] of made[index] === undefined ? [] : USES) await check(`${who}: ${what}`, () => use(user));
  const [first] = strangers;
  if (first !== undefined && made[0] !== undefined)
    await check(`Node ${OLD_NODE} is told in one line, with a cure`, () => refusesOldNode(first.user, tools.node(OLD_NODE)));
}

/** Gives what the check gave, or undefined when it failed. */
async function check<T>(what: string, act: () => T | Promise<T>): Promise<T | undefined> {
  const startedMs = performance.now();
  const took = (): string => `${((performance.now() - startedMs) / 1_000).toFixed(1)} s`;
  try {
    const value = await act();
    counts.numPassedTests += 1;
    console.log(`ok    ${what} (${took()})`);
    return value;
  } catch (error) {
    counts.numFailedTests += 1;
    console.log(`FAIL  ${what} (${took()})\n${(error as Error).message.replaceAll(/^/gm, '      ')}`);
    return undefined;
  }
}

function isSmall(tarball: string): true {
  const { size } = statSync(tarball);
  if (size > TARBALL_MAX) throw new Error(`it has ${size} bytes`);
  return true;
}

async function pack(): Promise<string> {
  const before = treeState();
  await npm(['pack', '--silent', '--pack-destination', scratch], join(REPOSITORY, 'harness'));
  wantEqual(treeState(), before, 'git status after packing');
  const [tarball] = readdirSync(scratch).filter((name) => name.endsWith('.tgz'));
  return join(scratch, tarball ?? '');
}

/** What git knows and what it ignores. */
function treeState(): string {
  return execFileSync('git', ['status', '--porcelain', '--ignored'], { cwd: REPOSITORY, encoding: 'utf8' });
}

/** The least that the package says it needs: what it says must be true. */
function oldestNode(): string {
  return (manifestOf(join(REPOSITORY, 'harness')).engines?.node ?? '').replace('>=', '');
}

interface Tools {
  /** The folder of this Node's binary; the repository's own is here already. */
  node(version: string): string;
  /** The folder of the package managers that do not come with Node. */
  managers: string;
}

async function installTools(): Promise<Tools> {
  const folder = join(scratch, 'tools');
  const nodes = [OLDEST_NODE, NEWEST_NODE, OLD_NODE];
  const specs = [...nodes.map((version) => `node-${version}@npm:${NODE_PACKAGE}@${version}`), `pnpm@${PNPM}`];
  await npm(['install', '--silent', '--no-save', '--prefer-offline', '--prefix', folder, ...specs], scratch);
  return {
    node: (version) => (nodes.includes(version) ? join(folder, 'node_modules', `node-${version}`, 'bin') : dirname(process.execPath)),
    managers: join(folder, 'node_modules', '.bin'),
  };
}

function npm(words: readonly string[], cwd: string): Promise<unknown> {
  return promisify(execFile)('npm', words, { cwd });
}

async function refusesOldNode(user: User, bin: string): Promise<void> {
  const old = withNode([bin], user.folder, user.kind);
  const { code, out } = await old.tornwire('list');
  wantEqual(code, 3, 'exit code');
  wantMatch(out, /^tornwire: needs Node 22\.\d+\.\d+ or newer, this is v20\.[^\n]*npm install --save-dev node-[^\n]*\n$/);
  // The cure is tried: with that package in the project, the same old Node starts the newer one.
  symlinkSync(join(REPOSITORY, 'node_modules', NODE_PACKAGE), join(user.folder, 'node_modules', NODE_PACKAGE));
  const cured = await old.tornwire('--version');
  wantEqual(cured.out.trim(), manifestOf(join(REPOSITORY, 'harness')).version, 'what it says after its cure');
}
