// After everything has run: no process, container, network or folder of any run may be left on the machine. What was there
// before is in the file that may be named: the output of an earlier call.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

const before = process.argv[2] === undefined ? '' : read(process.argv[2]);
let left: string[] = [];
for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
  const environment = read(`/proc/${pid}/environ`);
  if (environment.includes('TORNWIRE_RUN=')) left.push(`process ${pid}: ${read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')}`);
}
for (const [what, words] of [
  ['container', ['ps', '-aq', '--filter', 'label=tornwire.run']],
  ['network', ['network', 'ls', '-q', '--filter', 'label=tornwire.run']],
] as const)
  for (const id of docker(words)) left.push(`${what} ${id}`);
const shared = join(tmpdir(), `tornwire-${userInfo().uid}`);
const runs = listing(shared).filter((name) => listing(join(shared, name)).includes('owner.json'));
left.push(
  ...runs.map((name) => `folder ${join(shared, name)}`),
  ...listing(tmpdir())
    .filter((name) => name.startsWith('tw-'))
    .map((name) => `folder ${name}`),
);

left = left.filter((line) => !before.includes(`left behind: ${line}\n`));
for (const line of left) console.log(`left behind: ${line}`);
console.log(left.length === 0 ? 'nothing is left behind' : `${left.length} things are left behind`);
process.exit(left.length === 0 ? 0 : 1);

/** Without an engine nobody can say what it still has: that is no clean end. */
function docker(words: readonly string[]): string[] {
  try {
    return execFileSync('docker', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
      .split('\n')
      .filter(Boolean);
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    console.log(`the container engine cannot be asked what is left: ${(stderr?.trim() || message).split('\n')[0]}`);
    process.exit(3);
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

function listing(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
