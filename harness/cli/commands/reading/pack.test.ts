// `tornwire pack` as a user meets it: a failure goes into an empty folder that has nothing but the package, and comes back there.
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { userProject, type Ended, type UserProject } from '../../testing/user-project.double.ts';

const MAIN = join(import.meta.dirname, '../../../main.ts');
const MODULES = join(import.meta.dirname, '../../../../node_modules');

// Several starts of the program, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let user: UserProject;
let elsewhere: string;
let archive: string;
let packed: Ended;
beforeAll(async () => {
  user = await userProject();
  await writeFile(join(user.root, 'program', 'needs.txt'), 'a file beside the program');
  const { out } = await user.tornwire('run', 'echo/crashes');
  const repro = /npx tornwire repro (\S+)/.exec(out)?.[1] ?? '';
  const env = { STANDS_HERE: 'a value that stays here', MY_TOKEN: 'tok-1234567890abcdef' };
  const system = await readFile(join(user.root, 'system.ts'), 'utf8');
  await writeFile(join(user.root, 'system.ts'), `${system}\nexport const here = process.env['STANDS_HERE'];\n`);
  await writeFile(join(user.root, 'defects', 'secret.txt'), env.MY_TOKEN);
  packed = await user.start(['pack', repro, '--output', 'failure.tar.gz'], env).ended;
  archive = join(user.root, 'failure.tar.gz');
  elsewhere = await mkdtemp(join(tmpdir(), 'tw-elsewhere-'));
});
afterAll(async () => {
  await user[Symbol.asyncDispose]();
  await rm(elsewhere, { recursive: true, force: true });
});

async function there(words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...words], {
    cwd: elsewhere,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  return await new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
}

test('pack names what is in it, no value of a variable, and no file that holds a secret', async () => {
  expect([packed.code, packed.err]).toEqual([0, '']);
  expect(packed.out).toMatch(/^failure\.tar\.gz: \d+ files, \d+ KiB\n/);
  expect(packed.out).toContain('not in it: project/defects/secret.txt: it holds the value of a secret variable\n');
  expect(packed.out).toContain('it reads the variables STANDS_HERE: their names are in it, their values are not\n');
});

test('without --trust nothing of it is written or run; where something is missing it is all named', async () => {
  const untrusted = await there(['repro', archive]);
  expect([untrusted.code, untrusted.err]).toEqual([2, expect.stringMatching(/^tornwire: .* is code: [^\n]*say --trust[^\n]*\n/)]);
  expect(await readdir(elsewhere)).toEqual([]);

  const lacking = await there(['repro', archive, '--trust']);
  expect(lacking.code).toBe(3);
  expect(lacking.err).toMatch(
    /cannot be replayed here: the archive lacks something: project\/defects\/secret\.txt.*; package tornwire: npm install tornwire@.*; variable STANDS_HERE: /,
  );
});

test('in a folder with nothing but the package it is unpacked, told of, and the failure comes back', async () => {
  await rm(join(user.root, 'defects', 'secret.txt'));
  await user.start(
    [
      'pack',
      (await readdir(join(user.root, 'results', 'repros'))).map((name) => join('results', 'repros', name))[0] ?? '',
      '-o',
      'failure.tar.gz',
    ],
    { STANDS_HERE: 'x' },
  ).ended;
  await rm(elsewhere, { recursive: true });
  await mkdir(elsewhere);
  await symlink(MODULES, join(elsewhere, 'node_modules'));
  const listed = await there(['unpack', archive, '--into', 'seen', '--json'], { STANDS_HERE: 'y' });
  expect(JSON.parse(listed.out)).toMatchObject({
    folder: 'seen',
    lacks: [],
    manifest: { scenario: 'echo/crashes', packages: [{ name: 'tornwire' }] },
  });
  expect((await readdir(join(elsewhere, 'seen', 'evidence'))).filter((name) => name !== 'report.html')).toEqual([
    'history.ndjson',
    'story.txt',
  ]);
  expect(await readFile(join(elsewhere, 'seen', 'evidence', 'story.txt'), 'utf8')).toMatch(/^FAIL by crash {2}echo\/crashes/);
  expect(await readFile(join(elsewhere, 'seen', 'project', 'program', 'needs.txt'), 'utf8')).toBe('a file beside the program');

  // The project that it comes from is gone.
  const kept = join(elsewhere, 'failure.tar.gz');
  await cp(archive, kept);
  await rm(join(user.root, 'scenarios'), { recursive: true });
  const { code, out } = await there(['repro', kept, '--trust'], { STANDS_HERE: 'y' });
  expect(out).toContain('reproduced 1 of 1 judged');
  expect(code).toBe(1);
});
