// Archives from elsewhere are hostile: no path leaves the folder, nothing but files, bounded, and each file is what the manifest says.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MANIFEST, packed, pathProblem, sha256, unpacked } from './pack-file.ts';

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tw-pack-'));
  file = join(folder, 'a.tar.gz');
});
afterAll(() => rm(folder, { recursive: true }));

const ABOUT = {
  createdAt: '2026-01-01T00:00:00.000Z',
  scenario: 'a/b',
  message: 'it hung',
  tornwire: '0.1.0',
  node: 'v24.0.0',
  platform: 'linux x64',
  commit: null,
  dirty: [],
  variables: ['A'],
  packages: [],
  programs: [],
  missing: [],
};
const bytes = (text: string): Uint8Array => Buffer.from(text);

type Entry = Parameters<typeof packTar>[0][number];
const entry = (name: string, body = 'x', more: object = {}): Entry =>
  ({ header: { name, size: body.length, type: 'file', ...more }, body }) as Entry;
const manifest = (names: readonly string[], more: object = {}): Entry => {
  const files = names.map((path) => ({ path, bytes: 1, sha256: sha256(bytes('x')) }));
  return entry(MANIFEST, JSON.stringify({ format: 1, ...ABOUT, files, ...more }));
};

test('what was packed is unpacked as it was, with a path longer than a tar header holds', async () => {
  const long = `project/${'long-folder/'.repeat(24)}a b é.ts`;
  const files = new Map([
    [long, bytes('const a = 1;\n')],
    ['repro.json', bytes('')],
  ]);
  await writeFile(file, await packed(ABOUT, files));
  const found = await unpacked(file);
  expect([...found.files].map(([path, body]) => [path, Buffer.from(body).toString()])).toEqual([
    [long, 'const a = 1;\n'],
    ['repro.json', ''],
  ]);
  expect(found.manifest).toMatchObject({ format: 1, scenario: 'a/b', files: [{ path: long, bytes: 13 }, { path: 'repro.json' }] });
});

test.each<[string, Entry[], RegExp]>([
  ['a path upwards', [manifest(['../x']), entry('../x')], /"\.\.\/x": it leads out of the folder/],
  ['a path upwards within', [manifest(['a/../../x']), entry('a/../../x')], /it leads out of the folder/],
  ['an absolute path', [manifest(['/etc/x']), entry('/etc/x')], /it leads out of the folder/],
  ['a path of another system', [manifest(['a\\..\\x']), entry('a\\..\\x')], /such a path is not allowed/],
  ['a package', [manifest(['project/node_modules/tornwire/x.js']), entry('project/node_modules/tornwire/x.js')], /packages are installed/],
  ['a symbolic link', [manifest([]), entry('a', '', { type: 'symlink', linkname: '/etc' })], /is a symlink: only files are allowed/],
  ['a hard link', [manifest([]), entry('a', '', { type: 'link', linkname: '/etc/passwd' })], /is a link: only files are allowed/],
  ['a file twice', [manifest(['a']), entry('a'), entry('a')], /it is there twice/],
  ['a changed file', [manifest(['a']), entry('a', 'y')], /is not the file that its manifest names: its hash differs/],
  ['a file that the manifest does not name', [manifest([]), entry('a')], /which its manifest does not name/],
  ['a file less', [manifest(['a'])], /lacks "a"/],
  ['no manifest', [entry('a')], /it has no tornwire-pack\.json/],
  ['a newer format', [manifest([], { format: 2 })], /pack format 2; this tornwire reads up to 1: update tornwire/],
  ['a manifest of another shape', [entry(MANIFEST, '{"format":1}')], /tornwire-pack\.json in .* is wrong/],
])('%s is refused in one line', async (_what, entries, words) => {
  await writeFile(file, gzipSync(await packTar(entries)));
  const error = await unpacked(file).then(
    () => undefined,
    (cause: Error) => cause,
  );
  expect(error?.message).toMatch(words);
  expect(error?.message.split('\n')).toHaveLength(1);
});

test('what is no archive, and what grows beyond the bound when it is unpacked, are refused', async () => {
  await writeFile(file, 'no gzip');
  await expect(unpacked(file)).rejects.toThrow(/^cannot read .*incorrect header check/);
  await writeFile(file, gzipSync(Buffer.alloc(5 * 1_048_576)));
  await expect(unpacked(file, 4 * 1_048_576)).rejects.toThrow(/it is larger than 4 MiB once it is unpacked/);
  expect(pathProblem('a'.repeat(401))).toBe('its path is too long');
});
