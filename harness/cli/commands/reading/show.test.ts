// `tornwire show` as a user meets it: after a run, beside one, and without one.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Trace } from '../../../report/machines/perfetto.ts';
import { met, userProject, type Ended, type UserProject } from '../../testing/user-project.double.ts';

let user: UserProject;
let ran: Ended;
beforeAll(async () => {
  user = await userProject();
  const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: join(user.root, 'job.md') };
  ran = await user.start(['run', 'echo/hangs', 'echo/answers', '--sarif', 'out.sarif'], env).ended;
});
afterAll(() => user[Symbol.asyncDispose]());

test('a run prints the story of its first failure below the table; show prints the same with the history, and as JSON', async () => {
  const { code, out } = await user.tornwire('show');
  expect(code).toBe(0);
  const lines = stripVTControlCharacters(out).trimEnd().split('\n');
  expect(lines[0]).toBe('FAIL by hang  echo/hangs: a server that never answers is a hang');
  expect(lines.find((line) => line.startsWith('expected     '))).toContain('within 300 ms');
  expect(lines.find((line) => line.startsWith('!'))).toMatch(/^! +[\d.]+ .*X.*it did not come within 300 ms/);
  expect(lines.find((line) => line.startsWith('*'))).toMatch(/│≈+▶│.*'latency client->server' fired/);
  expect(lines.find((line) => line.includes('▶') && line.includes('line 1: hello'))).toBeDefined();
  expect(lines.at(-2)).toMatch(/^replay {7}npx tornwire repro results\/repros\/echo-hangs-[0-9a-f]+\.json$/);
  expect(lines.at(-1)).toMatch(/^history {6}results\/runs\/\S+\/cases\/\d+-echo-hangs\/history\.ndjson$/);
  expect(lines.length).toBeGreaterThan(15);
  expect(lines.length).toBeLessThanOrEqual(60);
  expect(ran.out.slice(ran.out.indexOf(' passed,'))).toContain(lines.slice(0, -1).join('\n'));

  const asJson = await user.tornwire('show', 'echo/answers', '--json');
  expect(JSON.parse(asJson.out)).toMatchObject({ version: 1, case: { verdict: 'pass' }, story: { outcome: 'pass', gaps: [] } });
});

test('the run leaves SARIF at the line of the scenario, an annotation, and a summary of the job; export leaves a trace', async () => {
  const sarif = JSON.parse(await readFile(join(user.root, 'out.sarif'), 'utf8')) as { runs: { results: unknown[] }[] };
  expect(sarif.runs[0]?.results).toMatchObject([
    {
      ruleId: 'hang',
      message: { text: expect.stringMatching(/expected: .*within 300 ms\nactual: .*\nreplay: npx tornwire repro /) },
      locations: [{ physicalLocation: { artifactLocation: { uri: 'scenarios/echo/hangs.scenario.ts' }, region: { startLine: 5 } } }],
    },
  ]);
  expect(ran.out).toMatch(
    /^::error file=scenarios\/echo\/hangs\.scenario\.ts,line=5,title=echo\/hangs fails by hang::'[^']*say hello[^\n]*%0Areplay: npx tornwire repro /m,
  );
  expect(await readFile(join(user.root, 'job.md'), 'utf8')).toMatch(/^## Tornwire: 1 passed, 1 failed[^]*\| npx tornwire repro /);
  const junit = await readFile(join(user.root, 'results', 'latest', 'junit.xml'), 'utf8');
  expect(junit).toMatch(/<system-out>\[\[ATTACHMENT\|[^]*\[\[ATTACHMENT\|results\/runs\/\S+-echo-hangs\/history\.ndjson\]\]<\/system-out>/);

  const { code, out } = await user.tornwire('export', 'echo/hangs', '--perfetto', 'trace.json');
  expect([code, out]).toEqual([0, expect.stringMatching(/^trace\.json: \d+ events: open it at https:\/\/ui\.perfetto\.dev/)]);
  const { traceEvents } = JSON.parse(await readFile(join(user.root, 'trace.json'), 'utf8')) as Trace;
  expect(traceEvents.filter(({ ph }) => ph === 'b').length).toBe(traceEvents.filter(({ ph }) => ph === 'e').length);
  expect(traceEvents.map(({ name }) => name)).toContain('latency client->server');
});

test('beside a run it shows each event and each verdict, and ends with the run', async () => {
  const run = user.start(['run', 'echo/waits-long']);
  await met('the server', async () => (await user.serversAlive()).length > 0);
  const beside = user.start(['show', '--follow']);
  await met('a frame', () => beside.out().includes('client->server'), 30_000);
  process.kill(run.pid, 'SIGINT');
  await run.ended;
  const { code, out } = await beside.ended;
  expect(out).toMatch(/^0001 +[\d.]+ {2}server +ready \(pid \d+\)$/m);
  expect(code).toBe(0);
});

test('on a terminal the last line says what is running, and is gone at the end', async () => {
  const words = [process.execPath, join(import.meta.dirname, '../../../main.ts'), 'run', 'echo/answers', '--repeat', '2', '--jobs', '1'];
  const child = spawn('script', ['-qefc', words.join(' '), '/dev/null'], { cwd: user.root, stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  const [code] = (await once(child, 'close')) as [number];
  expect(out).toMatch(/[01]\/2; (?:running echo\/answers \(\d+ s\); )?about \d+ s left/);
  expect(out.slice(out.lastIndexOf('\r\u001b[2K'))).toMatch(/2 passed, 0 failed[^]*results: /);
  expect(code).toBe(0);
});

test('what is not there is one line, exit 2', async () => {
  const { code, err } = await user.tornwire('show', 'nowhere');
  expect([code, err]).toEqual([2, expect.stringMatching(/^tornwire: no case 'nowhere' in the latest run[^\n]*\n$/)]);
});
