import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ReproError } from '../model/repro.ts';
import { cut } from '../model/faults/steps.ts';
import { failOrPass, unknown } from '../model/judging/verdict.ts';
import { resultDouble } from './case-result.double.ts';
import { resultPaths } from './paths.ts';
import { readRepro, saveRepro } from './repro-file.ts';

const MAKER = { tornwire: '0.1.0', commit: 'abc' };
const failed = failOrPass('hang', [{ message: 'no answer', events: [3] }]);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tw-repro-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a saved case is read back with everything that runs it again', async () => {
  const paths = resultPaths(join(folder, 'results'));
  const base = resultDouble(failed);
  const decisions = [{ step: 'cut a->b', connection: 1, byteOffset: 6, frameIndex: null }];
  const result = resultDouble(failed, { case: { ...base.case, schedule: [cut('a->b', { how: 'fin', atByte: 6 })] }, decisions });
  const { file, command } = await saveRepro(paths, result, MAKER, folder);
  expect(file).toBe(join(folder, 'results', 'repros', 'links-cut-f00d.json'));
  expect(command).toBe('npx tornwire repro results/repros/links-cut-f00d.json');
  expect(await readRepro(file)).toMatchObject({
    case: result.case,
    outcome: 'fail',
    oracle: 'hang',
    message: 'no answer',
    fingerprint: 'f00d',
    environment: { ...MAKER, node: process.version, engines: ['own 0.1.0'] },
    decisions,
    command,
  });
});

test('one bug has one file, however often it is met', async () => {
  const paths = resultPaths(join(folder, 'once'));
  await Promise.all(
    [1, 2, 3].map((seed) => saveRepro(paths, resultDouble(failed, { case: { ...resultDouble(failed).case, seed } }), MAKER, folder)),
  );
  expect(await readdir(paths.repros)).toEqual(['links-cut-f00d.json']);
});

test('what fails because a defect was put in stays with its run', async () => {
  const paths = resultPaths(join(folder, 'defect'));
  const result = resultDouble(failed, { case: { ...resultDouble(failed).case, defect: 'W1' }, folder: join(paths.runs, 'run', 'case') });
  const { file, command } = await saveRepro(paths, result, MAKER, folder);
  expect(file).toBe(join(paths.runs, 'run', 'case', 'repro.json'));
  expect(command).toBe('npx tornwire repro defect/runs/run/case/repro.json');
});

test('a case that could not be judged keeps the reason, and is named by its outcome', async () => {
  const paths = resultPaths(join(folder, 'unknown'));
  const { file } = await saveRepro(paths, resultDouble(unknown('harness', 'injector', 'it died')), MAKER, folder);
  expect(file).toBe(join(paths.repros, 'links-cut-unknown.json'));
  expect(await readRepro(file)).toMatchObject({ outcome: 'unknown', message: 'it died', fingerprint: '' });
});

test('a file that is not there, and one that is no repro, are named', async () => {
  const broken = join(folder, 'broken.json');
  await writeFile(broken, '{}');
  await expect(readRepro(join(folder, 'missing.json'))).rejects.toThrow(ReproError);
  await expect(readRepro(join(folder, 'missing.json'))).rejects.toThrow(`cannot read ${folder}/missing.json: `);
  await expect(readRepro(broken)).rejects.toThrow(`${broken} is not a repro file: format: `);
});
