// What `npm pack` makes, as a stranger meets it: packed, installed into empty projects on the oldest Node that it
// declares and on the repository's own, and used there. One line a check; `npm run package-check` is this by hand.
// With a file named, the counts are written there as `.ci/counts.ts` reads them.
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { manifestOf, REPOSITORY, wantEqual, wantMatch, withNode, type User } from './package-user.ts';
import { USES } from './package-uses.ts';

/** Too old on purpose, to see what it is told. */
const OLD_NODE = '20.20.2';
const NODE_PACKAGE = `node-${process.platform}-${process.arch}`;

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
  const [tarball, nodes] = await Promise.all([
    check('npm pack leaves the working tree as it was', pack),
    check('the Nodes to try it on are here', () => installNodes(oldestNode())),
  ]);
  if (tarball === undefined || nodes === undefined) return;
  const users = nodes.tried.map(([version, bin]) => ({ version, user: withNode(bin, join(scratch, `on-${version}`)) }));
  const made = await Promise.all(
    users.map(({ version, user }) =>
      check(`Node ${version}: it installs into an empty project, engines enforced`, () => user.make(tarball)),
    ),
  );
  // One after the other: a verdict needs a machine that is not starved.
  for (const [index, { version, user }] of users.entries())
    for (const [what, use] of made[index] === undefined ? [] : USES) await check(`Node ${version}: ${what}`, () => use(user));
  const [first] = users;
  if (first !== undefined && made[0] !== undefined)
    await check(`Node ${OLD_NODE} is told in one line, with a cure`, () => refusesOldNode(first.user, nodes.old));
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

/** By version, the folder of each Node's binary; the repository's own is here already. */
async function installNodes(oldest: string): Promise<{ tried: [version: string, bin: string][]; old: string }> {
  const folder = join(scratch, 'nodes');
  const aliases = { oldest: `npm:${NODE_PACKAGE}@${oldest}`, old: `npm:${NODE_PACKAGE}@${OLD_NODE}` };
  const specs = Object.entries(aliases).map(([alias, spec]) => `${alias}@${spec}`);
  await npm(['install', '--silent', '--no-save', '--prefer-offline', '--prefix', folder, ...specs], scratch);
  const bin = (alias: string): string => join(folder, 'node_modules', alias, 'bin');
  return {
    tried: [
      [oldest, bin('oldest')],
      [process.versions.node, dirname(process.execPath)],
    ],
    old: bin('old'),
  };
}

function npm(words: readonly string[], cwd: string): Promise<unknown> {
  return promisify(execFile)('npm', words, { cwd });
}

async function refusesOldNode(user: User, bin: string): Promise<void> {
  const { code, out } = await withNode(bin, user.folder).tornwire('list');
  wantEqual(code, 3, 'exit code');
  wantMatch(out, /^tornwire: needs Node 22\.\d+\.\d+ or newer, this is v20\.[^\n]*npm install --save-dev node-[^\n]*\n$/);
  // The cure is tried: with that package in the project, the same old Node starts the newer one.
  symlinkSync(join(REPOSITORY, 'node_modules', NODE_PACKAGE), join(user.folder, 'node_modules', NODE_PACKAGE));
  const cured = await withNode(bin, user.folder).tornwire('--version');
  wantEqual(cured.out.trim(), manifestOf(join(REPOSITORY, 'harness')).version, 'what it says after its cure');
}
