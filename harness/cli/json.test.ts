// With --json a command prints one JSON value on stdout and nothing else there, however it ends.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commands } from './program.ts';
import { userProject } from './testing/user-project.double.ts';

/** Their own tests read their JSON: check and gate (commands/), sweep (exploration/), selftest and images, which need more than this project. */
const ELSEWHERE = ['check', 'gate', 'sweep', 'selftest', 'images'];

test('every command that has --json prints JSON alone', { timeout: 300_000 }, async () => {
  await using project = await userProject();
  const tried = new Set<string>();
  const printed = async (...words: readonly string[]): Promise<unknown> => {
    tried.add(words[0] as string);
    const { code, out, err } = await project.tornwire(...words, '--json');
    try {
      return JSON.parse(out);
    } catch {
      throw new Error(
        `${words.join(' ')} --json ended with ${code} and printed ${JSON.stringify(out.slice(0, 300))}; stderr: ${err.slice(0, 300)}`,
      );
    }
  };
  await printed('init', '--check');
  await printed('run', 'echo/crashes', 'echo/answers', '--jobs', '1');
  const [repro = ''] = await readdir(join(project.root, 'results/repros'));
  const file = `results/repros/${repro}`;
  await printed('show');
  await printed('report');
  await printed('export', '--perfetto');
  await printed('compare', 'latest', 'latest');
  await printed('pack', file, '-o', 'failure.tornwire.tar.gz');
  await printed('unpack', 'failure.tornwire.tar.gz');
  await printed('repro', file);
  await printed('shrink', file, '--replays', '0', '--tries', '1');
  const saved = JSON.parse(await readFile(join(project.root, file), 'utf8')) as object;
  await writeFile(join(project.root, 'other.json'), JSON.stringify({ ...saved, fingerprint: 'of another bug', message: 'of another bug' }));
  expect(await printed('shrink', 'other.json')).toMatchObject({ finding: null });
  await printed('list');
  await printed('explain');
  await printed('clean');
  await printed('doctor');
  await printed('nightly', 'echo/answers', '--budget', '1ms', '--replays', '0');
  const all = commands(() => {})
    .commands.filter(({ options }) => options.some(({ long }) => long === '--json'))
    .map((each) => each.name());
  expect(all.filter((name) => !tried.has(name) && !ELSEWHERE.includes(name))).toEqual([]);
});
