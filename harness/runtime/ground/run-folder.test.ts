import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRunFolder, ownerLives, readOwner, takeAbstractSocket } from './run-folder.ts';

const usualTmp = process.env['TMPDIR'];
let tmp = '';

beforeAll(async () => {
  tmp = await mkdtemp(join(tmpdir(), 'tw-'));
  process.env['TMPDIR'] = tmp;
});
afterAll(async () => {
  if (usualTmp === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = usualTmp;
  await rm(tmp, { recursive: true, force: true });
});

test('a run folder tells its owner, and whether that one lives', async () => {
  await using place = await openRunFolder('owned', 'process');
  const owner = await readOwner(place.folder);
  expect(owner).toMatchObject({ runId: 'owned', runtime: 'process', pid: process.pid, loopback: place.loopback });
  expect(owner && ownerLives(owner, place.folder)).toBe(true);
  const numbered = owner && { ...owner, locked: false };
  expect(numbered && ownerLives(numbered, place.folder)).toBe(true);
  expect(numbered && ownerLives({ ...numbered, startTime: '1' }, place.folder), 'the number was used again').toBe(false);
});

test('whose number means nothing here lives for as long as it holds its lock', async () => {
  const place = await openRunFolder('numberless', 'process');
  const owner = await readOwner(place.folder);
  const elsewhere = owner && { ...owner, pid: 1, startTime: '1' };
  expect(elsewhere && ownerLives(elsewhere, place.folder)).toBe(true);
  process.env['TORNWIRE_NO_NATIVE'] = '1';
  expect(elsewhere && ownerLives(elsewhere, place.folder), 'nobody can look at its lock').toBe(true);
  delete process.env['TORNWIRE_NO_NATIVE'];
  await writeFile(join(tmp, 'owner.json'), `${JSON.stringify(elsewhere)}\n`);
  expect(elsewhere && ownerLives(elsewhere, tmp), 'nobody holds that one').toBe(false);
  await place[Symbol.asyncDispose]();
  expect(elsewhere && ownerLives(elsewhere, place.folder), 'it has gone').toBe(false);
});

test('a folder whose owner is only half written belongs to nobody yet', async () => {
  const folder = await mkdtemp(join(tmp, '.new-'));
  const whole = `${JSON.stringify({ runId: 'half', runtime: 'process', pid: 1, startTime: '1', loopback: '127.16.0.1' })}\n`;
  for (const length of [0, 10, whole.length - 1]) {
    await writeFile(join(folder, 'owner.json'), whole.slice(0, length));
    expect(await readOwner(folder)).toBeUndefined();
  }
  await writeFile(join(folder, 'owner.json'), whole);
  expect(await readOwner(folder)).toMatchObject({ runId: 'half' });
});

test.each([
  ['no JSON', 'nonsense\n'],
  ['half of an owner', '{"runId": "bad"'],
  ['null', 'null\n'],
  ['nobody', '{}\n'],
  ['a run that leads to another folder', '{"runId": "../up", "pid": 1, "startTime": "1"}\n'],
])('an owner file that is %s is named with a cure', async (_what, text) => {
  const folder = join(tmp, 'bad');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'owner.json'), text);
  await expect(readOwner(folder)).rejects.toThrow(`${join(folder, 'owner.json')} does not say whose folder it is: remove ${folder} when`);
});

test('two runs never have one loopback address, also when their names hash alike', async () => {
  await using first = await openRunFolder('same-name', 'process');
  await using taken = await takeAbstractSocket(`tornwire-${first.loopback}`);
  expect(taken, 'the address is held').toBeUndefined();
  await first[Symbol.asyncDispose]();
  await using blocker = await takeAbstractSocket(`tornwire-${first.loopback}`);
  expect(blocker, 'the address was given back').toBeDefined();
  await using second = await openRunFolder('same-name', 'process');
  expect(second.loopback).not.toBe(first.loopback);
  expect(second.loopback).toMatch(/^127\.\d+\.\d+\.\d+$/);
});

test('disposal removes the folder, and a name that is in use is refused without harm', async () => {
  const place = await openRunFolder('once', 'process');
  await mkdir(join(place.folder, 'state', 'deep'), { recursive: true });
  await expect(openRunFolder('once', 'process')).rejects.toThrow("run id 'once' is in use");
  expect(existsSync(join(place.folder, 'state', 'deep'))).toBe(true);
  await place[Symbol.asyncDispose]();
  expect(existsSync(place.folder)).toBe(false);
  expect((await readdir(join(place.folder, '..'))).filter((name) => name.startsWith('.new-'))).toEqual([]);
});

test('a run id that cannot be part of a socket path is our own bug', async () => {
  await expect(openRunFolder('../up', 'process')).rejects.toThrow("run id '../up': use at most 32 letters");
});
