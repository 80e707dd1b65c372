// The gate as a user meets it: a policy, a project, and an exit code that says what is known.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { GateOutcome } from '../../results/gate-outcome.ts';
import { met, userProject, type Ended, type UserProject } from '../testing/user-project.double.ts';

let user: UserProject;
beforeEach(async () => {
  user = await userProject();
});
afterEach(() => user[Symbol.asyncDispose]());

/** The scenarios tagged `gate` twice and defect E1 once, unless told otherwise. */
async function gate(policy = 'version: 1\ntags: [gate]\nclean: { repeats: 2 }\n', ...words: readonly string[]): Promise<Ended> {
  await writeFile(join(user.root, 'policy.yaml'), policy);
  return user.tornwire('gate', '--policy', 'policy.yaml', ...words);
}

async function outcome(): Promise<GateOutcome> {
  return JSON.parse(await readFile(join(user.root, 'results', 'latest', 'gate.json'), 'utf8')) as GateOutcome;
}

async function addScenario(name: string, body: string): Promise<void> {
  await writeFile(
    join(user.root, 'scenarios', 'echo', `${name}.scenario.ts`),
    `import { defineScenario, latency } from 'tornwire';
     import { echo } from '../../system.ts';
     export default defineScenario({
       title: '${name}', expectation: 'none', tags: ['gate'], system: echo(),
       schedule: [latency('client->server', { delay: '50ms' })],
       ${body}
     });`,
  );
}

test('a gate that holds exits 0 and leaves its outcome as JSON, JUnit and Markdown, also where the CI service asks for it', async () => {
  const shown = join(user.root, 'shown.md');
  await writeFile(join(user.root, 'policy.yaml'), 'version: 1\ntags: [gate]\nclean: { repeats: 2 }\n');
  const { code, out } = await user.start(['gate', '--policy', 'policy.yaml'], { GITHUB_STEP_SUMMARY: shown }).ended;
  expect(out).toMatch(/E1 +echo\/answers-in-time +hang +1\/1 +caught/);
  expect(out).toContain('gate: pass');
  expect(out).toContain('false alarms of the judges: not measured');
  expect(out).toContain('not known: ');
  expect(code).toBe(0);
  expect(await outcome()).toMatchObject({
    version: 1,
    outcome: 'pass',
    scenarios: [{ passed: 2, failed: 0 }],
    defects: [{ defect: 'E1', state: 'caught' }],
  });
  expect(await readFile(join(user.root, 'results', 'latest', 'junit.xml'), 'utf8')).toContain(
    '<testsuite name="gate" tests="6" failures="0"',
  );
  const markdown = await readFile(join(user.root, 'results', 'latest', 'gate.md'), 'utf8');
  expect(markdown).toContain('| E1 | a line comes back in time | process | hang | 1/1 | caught |');
  expect(await readFile(shown, 'utf8')).toBe(markdown);
});

test('a clean scenario that fails makes the gate fail, exit 1, with the line that replays it', async () => {
  await addScenario('wrong', "async script() { throw new Error('it is wrong'); },");
  const { code, out } = await gate();
  expect(out).toContain('echo/wrong failed every time');
  expect(out).toContain('replay: npx tornwire repro results/repros/echo-wrong-');
  expect(code).toBe(1);
});

test('a patch that no longer applies makes the gate fail, naming the patch, the file and the hunk', async () => {
  const program = join(user.root, 'program', 'echo.mjs');
  await writeFile(program, (await readFile(program, 'utf8')).replace("MISBEHAVE === 'silent'", "MISBEHAVE === 'mute'"));
  const { code, out } = await gate();
  expect(out).toContain('E1-nothing-comes-back.patch no longer applies: echo.mjs, hunk 1 of 1 (@@ -10,7 +10,7 @@)');
  expect(code).toBe(1);
  expect((await outcome()).defects).toMatchObject([{ state: 'patch does not apply', runs: 0 }]);
});

test('a defect that its oracle does not catch makes the gate fail', async () => {
  const patch = join(user.root, 'defects', 'E1-nothing-comes-back.patch');
  await writeFile(patch, (await readFile(patch, 'utf8')).replace('Oracle: hang', 'Oracle: leak'));
  const { code, out } = await gate();
  expect(out).toMatch(/E1 .* 0\/1 +missed: 0 of 1; otherwise fail by hang/);
  expect(code).toBe(1);
});

test('what was skipped because something is missing leaves the gate incomplete, exit 4, with the reason; by design does not', async () => {
  const policy = 'version: 1\ntags: [gate]\nclean: { repeats: 1 }\ndefects: { required: [] }\n';
  await addScenario('elsewhere', "unavailable: () => 'by design: it has no door', async script() {},");
  expect((await gate(policy)).code).toBe(0);
  await addScenario('missing', "unavailable: () => 'no tmux here (apt-get install tmux)', async script() {},");
  const { code, out } = await gate(policy);
  expect(out).toContain('no tmux here (apt-get install tmux)');
  expect(out).toContain('gate: incomplete, so not green');
  expect(code).toBe(4);
});

test('a budget that runs out leaves the gate incomplete, exit 4, and what ran is judged', async () => {
  const { code, out } = await gate('version: 1\ntags: [gate]\nbudget: 1ms\nclean: { repeats: 3 }\n');
  expect(out).toContain('not begun within 1ms');
  expect(code).toBe(4);
});

test('--changed-since says what is new and what is fixed', async () => {
  const policy = 'version: 1\ntags: [gate]\nclean: { repeats: 1 }\ndefects: { required: [] }\n';
  expect((await gate(policy)).code).toBe(0);
  await addScenario('turns', "async script() { throw new Error('it is wrong'); },");
  const worse = await gate(policy, '--changed-since', 'latest');
  expect(worse.out).toMatch(/new: echo\/turns \(process\)/);
  await addScenario('turns', 'async script({ say }) { await say(String(1)); },');
  const better = await gate(policy, '--changed-since', 'latest', '--json');
  expect(better.code).toBe(0);
  expect((JSON.parse(better.out) as GateOutcome).changes).toMatchObject({ new: [], fixed: ['echo/turns (process)'] });
});

test.each([
  ['a key that is none', 'version: 1\nclean:\n  repeat: 3\n', 'policy.yaml:3: clean.repeat: '],
  ['a value out of range', 'version: 1\nclean:\n  flakeRateMax: 2\n', 'policy.yaml:3: clean.flakeRateMax: '],
  ['text that is no YAML', 'version: [1\n', 'policy.yaml:'],
  ['a time that is none', 'version: 1\nbudget: soon\n', 'policy.yaml:2: budget: '],
  ['a defect that nobody knows', 'version: 1\ndefects: { required: [E2] }\n', "no defect 'E2'; did you mean 'E1'?"],
  ['a tag that nobody has', 'version: 1\ntags: [gat]\n', "no scenario matches '@gat'; did you mean '@gate'?"],
])('a policy with %s is one line that names it, exit 2', async (_what, policy, line) => {
  const { code, err } = await gate(policy);
  expect(err).toContain(line);
  expect(err.trim().split('\n')).toHaveLength(1);
  expect(code).toBe(2);
});

test('an earlier run that is not there, and a policy file that is not, are one line each, exit 2', async () => {
  const run = await gate(undefined, '--changed-since', 'yesterday');
  expect([run.code, run.err]).toEqual([2, expect.stringContaining("no run 'yesterday'")]);
  const policy = await user.tornwire('gate', '--policy', 'nowhere.yaml');
  expect([policy.code, policy.err]).toEqual([2, expect.stringContaining('cannot read the policy nowhere.yaml')]);
});

test('Ctrl+C ends the gate as interrupted, exit 130, with nothing left running', async () => {
  const scenario = join(user.root, 'scenarios', 'echo', 'waits-long.scenario.ts');
  const text = await readFile(scenario, 'utf8');
  await rm(join(user.root, 'scenarios'), { recursive: true });
  await mkdir(dirname(scenario), { recursive: true });
  await writeFile(scenario, text);
  await rm(join(user.root, 'defects', 'E1-nothing-comes-back.patch'));
  const run = user.start(['gate']);
  await met('the server', async () => (await user.serversAlive()).length > 0);
  process.kill(run.pid, 'SIGINT');
  const { code, out } = await run.ended;
  expect(out).toContain('gate: interrupted');
  expect(code).toBe(130);
  expect(await user.serversAlive()).toEqual([]);
});

test('a policy that asks for a sweep where there is no workload is told before anything runs; one with a workload is judged by it', async () => {
  const policy = 'version: 1\ntags: [gate]\nclean: { repeats: 1 }\nsweep: { budget: 3s }\n';
  const none = await gate(policy);
  expect([none.code, none.out.includes('case(s)')]).toEqual([4, false]);
  expect(none.err).toMatch(/^tornwire: no workload in .*scenarios: workload files end in \.workload\.ts/);
  await writeFile(
    join(user.root, 'scenarios', 'echo', 'says.workload.ts'),
    `import { defineWorkload } from 'tornwire';
     import { echo } from '../../system.ts';
     export default defineWorkload({
       title: 'never mind what is said', system: echo(),
       operations: (operation) => ({ say: operation({ run: async ({ say }) => { if ((await say('x')) === 'x') throw new Error('I want another one'); } }) }),
       recovered: [],
     });`,
  );
  const judged = await gate(policy);
  expect(judged.code).toBe(1);
  const { clauses } = await outcome();
  expect(clauses.find(({ name }) => name === 'sweeps find nothing')).toMatchObject({
    holds: 'no',
    detail: expect.stringMatching(/^echo\/says without any fault: .*I want another one/),
  });
});
