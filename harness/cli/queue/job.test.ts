import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { PACKAGE_ROOT } from '../../pack/manifest.ts';
import { queueAddress } from './address.ts';
import { INSTALL_BOSS, isAway } from './boss.ts';
import { filesIn, writeFiles } from './case-files.ts';
import { jobId, packed, queueOf, queuesOf, unpacked, type CasePlan } from './job.ts';

test('the same case of the same sweep has one id, and no other case has it', () => {
  const id = jobId('sweep 1', 'a: cut', false);
  expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-a[\da-f]{3}-[\da-f]{12}$/);
  expect(jobId('sweep 1', 'a: cut', false)).toBe(id);
  const others = [jobId('sweep 2', 'a: cut', false), jobId('sweep 1', 'b: cut', false), jobId('sweep 1', 'a: cut', true)];
  expect(new Set([id, ...others]).size).toBe(4);
});

test('a queue begins with the print of the sources, by which a worker takes it or leaves it', () => {
  expect(queueOf('0123456789abcdef', 'sweep 1').startsWith(queuesOf('0123456789abcdef'))).toBe(true);
  expect(queueOf('0123456789abcdef', 'sweep 1')).not.toBe(queueOf('0123456789abcdef', 'sweep 2'));
});

test('a plan comes back as it was, with characters that PostgreSQL has not in JSON', async () => {
  const plan: CasePlan = { seed: 7, schedule: [], parameters: { work: [{ do: 'say', with: { line: 'a\0b\uD800' } }] } };
  expect(await unpacked<CasePlan>(await packed(plan))).toEqual(plan);
});

test.each([
  ['postgres://me:s3cr%2Ft@host:5432/base', 'postgres://me@host:5432/base', ['s3cr%2Ft', 's3cr/t']],
  ['postgresql://host/base?user=me&password=s3cret&sslmode=require', 'postgresql://host/base?user=me&sslmode=require', ['s3cret']],
  ['postgres://me:x@host/base', 'postgres://me@host/base', [':x@']],
  ['postgres://me@host/base', 'postgres://me@host/base', []],
])('%s is shown as %s', (given, shown, secrets) => {
  const address = queueAddress(given);
  expect(address).toMatchObject({ url: given, shown });
  const told = address.hide(`no way to ${given}: ${secrets.join(' and ')}`);
  for (const secret of secrets) expect(told).not.toContain(secret);
});

test.each(['mysql://me:pass-word@host/base', 'me:pass-word@host', ''])('%o is no address, and is not repeated', (given) => {
  expect(() => queueAddress(given)).toThrow(/^--queue is no URL of PostgreSQL: postgres:\/\/user@host:5432\/database$/);
});

test('a server that has gone is waited for; one that says no is not', () => {
  const coded = (code: string): Error => Object.assign(new Error('it'), { code });
  const away = [coded('ECONNREFUSED'), coded('57P01'), coded('08006'), new AggregateError([coded('ECONNREFUSED')])];
  expect(away.map(isAway)).toEqual(away.map(() => true));
  expect(['28P01', '42501', '23505'].map(coded).map(isAway)).toEqual([false, false, false]);
});

test('of the files the history comes first, and what has no room stays away; none is written outside', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tw-files-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'history.ndjson'), 'h'.repeat(600));
  await writeFile(join(folder, 'large.log'), 'l'.repeat(500));
  await writeFile(join(folder, 'small.log'), 's');
  const files = await filesIn(folder, 1_000);
  expect(Object.keys(files)).toEqual(['history.ndjson', 'small.log']);
  await writeFiles(join(folder, 'case'), { ...files, '../outside': 'eA==' });
  expect(await readFile(join(folder, 'case', 'small.log'), 'utf8')).toBe('s');
  expect(existsSync(join(folder, 'outside'))).toBe(false);
});

test('the line that installs pg-boss brings the major that the package asks for', async () => {
  const { peerDependencies, peerDependenciesMeta } = JSON.parse(await readFile(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as {
    peerDependencies: Record<string, string>;
    peerDependenciesMeta: Record<string, { optional?: boolean }>;
  };
  expect([peerDependencies['pg-boss'], peerDependenciesMeta['pg-boss']]).toEqual(['^12.38.0', { optional: true }]);
  expect(INSTALL_BOSS).toContain('pg-boss@12');
});
