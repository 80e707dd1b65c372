import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ResultsError, writeWhole } from './atomic-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tw-results-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a file is written whole, over the old one, and folders that lack are made', async () => {
  const file = join(folder, 'a', 'b', 'file.json');
  await writeWhole(file, 'old');
  await writeWhole(file, 'new');
  expect(await readFile(file, 'utf8')).toBe('new');
  expect(await readdir(join(folder, 'a', 'b'))).toEqual(['file.json']);
});

test('only its owner may read it, also where an older file was open to all', async () => {
  const file = join(folder, 'private.json');
  await writeFile(file, 'old', { mode: 0o644 });
  await writeWhole(file, 'new');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('two writers of one file leave one of the two texts, and neither fails', async () => {
  const file = join(folder, 'both', 'file.json');
  const texts = Array.from({ length: 20 }, (_, i) => String(i).repeat(10_000));
  await Promise.all(texts.map((text) => writeWhole(file, text)));
  expect(texts).toContain(await readFile(file, 'utf8'));
  expect(await readdir(join(folder, 'both'))).toEqual(['file.json']);
});

test('a disk that takes only the first part leaves the old file, no draft, and an error that names the file', async () => {
  const file = join(folder, 'full', 'file.json');
  await writeWhole(file, 'old');
  // The limit on the size of a file stands in for a full disk: the first 8 KiB are written, the next byte is refused.
  const module = join(import.meta.dirname, 'atomic-file.ts');
  const program = `
    const { ResultsError, writeWhole } = await import(${JSON.stringify(module)});
    await writeWhole(${JSON.stringify(file)}, 'x'.repeat(100_000)).then(
      () => console.log('written'),
      (error) => console.log(error instanceof ResultsError, error.message),
    );`;
  const shell = ['-c', 'ulimit -f 8; exec "$0" --input-type=module -e "$1"', process.execPath, program];
  const { stdout } = await promisify(execFile)('bash', shell, { timeout: 15_000 });
  expect(stdout).toMatch(new RegExp(`^true cannot write ${file}: EFBIG`));
  expect(await readFile(file, 'utf8')).toBe('old');
  expect(await readdir(join(folder, 'full'))).toEqual(['file.json']);
});

test('a folder that cannot be made is an error that names the file and keeps the cause', async () => {
  await writeFile(join(folder, 'occupied'), 'a file where a folder should be');
  const file = join(folder, 'occupied', 'deep', 'file.json');
  const error: unknown = await writeWhole(file, 'text').catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ResultsError);
  expect((error as Error).message).toContain(`cannot write ${file}: `);
  expect((error as Error).cause).toMatchObject({ code: expect.stringMatching(/ENOTDIR|EEXIST/) as unknown });
});

test('a folder that takes no new files leaves what was there', async () => {
  // Nobody, not even root, may make files in /proc.
  const error: unknown = await writeWhole('/proc/self/file.json', 'text').catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ResultsError);
  expect((error as Error).message).toContain('cannot write /proc/self/file.json: ');
});
