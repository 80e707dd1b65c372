// action.yml is parsed, and its shell step is run by bash as a runner runs it: with GITHUB_* files of its own, in a stranger's project.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { userProject, type UserProject } from './cli/testing/user-project.double.ts';

const ROOT = join(import.meta.dirname, '..');
const TEXT = readFileSync(join(ROOT, 'action.yml'), 'utf8');
const action = parse(TEXT) as {
  inputs: Record<string, { description: string; default: string }>;
  outputs: Record<string, { value: string }>;
  runs: { using: string; steps: Step[] };
};

interface Step {
  id?: string;
  shell?: string;
  run?: string;
  uses?: string;
  env?: Record<string, string>;
}

/** It dies of what is no JSON. It prints a banner on stdout, and on stderr what would be a command for a runner. */
const SERVER = `
process.stderr.write('::error::from the server\\n');
console.log('<b>welcome</b>');
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { id } = JSON.parse(line);
  const result = { protocolVersion: '2025-06-18', capabilities: {}, serverInfo: { name: 'test', version: '1' } };
  if (id !== undefined) console.log(JSON.stringify({ jsonrpc: '2.0', id, result }));
}).on('close', () => process.exit(0));`;

let user: UserProject;
beforeAll(async () => {
  user = await userProject();
  writeFileSync(join(user.root, 'server.cjs'), SERVER);
});
afterAll(() => user[Symbol.asyncDispose]());

test('every input that is used is declared, and every step can be carried out', () => {
  const used = [...TEXT.matchAll(/inputs\.([\w-]+)/g)].map(([, name]) => name ?? '');
  expect([...new Set(used)].toSorted()).toEqual(Object.keys(action.inputs).toSorted());
  expect(action.runs.using).toBe('composite');
  const ids = action.runs.steps.flatMap(({ id }) => id ?? []);
  for (const [, id = ''] of TEXT.matchAll(/steps\.([\w-]+)\./g)) expect(ids).toContain(id);
  for (const { run, shell, uses } of action.runs.steps) expect(run === undefined ? uses : shell).toMatch(/^bash$|^[\w/-]+@v\d+$/);
  // An expression within a script would be read by the shell: inputs go by way of variables.
  for (const { run = '' } of action.runs.steps) expect(run).not.toContain('${{');
});

test('run: a failure is an annotation and a row of the summary, and the exit code is the command’s', () => {
  const { code, out, summary, outputs } = step('run', ['echo/answers', 'echo/crashes']);
  expect(code).toBe(1);
  expect(annotations(out)).toEqual([expect.stringMatching(/^::error title=echo\/crashes::.*%0Acrash: .*%0Areplay: npx tornwire repro /)]);
  expect(summary).toMatch(/^## Tornwire: 1 passed, 1 failed[^]*\| fail by crash: echo\/crashes: /);
  expect(summary.match(/^## /gm)).toHaveLength(1);
  expect(outputs).toContain('exit-code=1\n');
  expect(sarifIn(outputs)).toMatchObject({ version: '2.1.0' });
}, 60_000);

test('check: what is broken is an annotation, and the SARIF file is an output', () => {
  const { code, out, summary, outputs } = step('check', ['mcp', '--only', 'rubbish', '--', 'node', 'server.cjs']);
  expect(code).toBe(1);
  expect(annotations(out)).toEqual([expect.stringMatching(/^::error title=[^:]+::CRASH {2}/)]);
  expect(summary).toMatch(/^## Tornwire check: exit code 1\n[^]*\| broken \| CRASH /);
  expect(summary).not.toContain('<b>');
  expect(sarifIn(outputs)).toMatchObject({ version: '2.1.0' });
}, 60_000);

test('gate: a mistake is one annotation with the line of the command, exit code 2', () => {
  const { code, out } = step('gate', ['--policy', 'no-such.yaml']);
  expect(annotations(out)).toEqual([expect.stringMatching(/^::error title=tornwire gate::tornwire: cannot read the policy no-such\.yaml/)]);
  expect(code).toBe(2);
  expect(step('nightly', []).code).toBe(2);
}, 60_000);

function step(command: string, args: readonly string[]): { code: number | null; out: string; summary: string; outputs: string } {
  const { run = '', env = {} } = action.runs.steps.find(({ id }) => id === 'tornwire') ?? {};
  const folder = join(user.root, 'runner');
  mkdirSync(folder, { recursive: true });
  const [summary, outputs] = [join(folder, 'summary.md'), join(folder, 'output')];
  for (const file of [summary, outputs]) writeFileSync(file, '');
  const given: Record<string, string> = { command, args: args.join('\n'), version: '' };
  const inputs = Object.entries(env).map(([name, value]) => [name, given[/inputs\.([\w-]+)/.exec(value)?.[1] ?? ''] ?? '']);
  const { status, stdout } = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', run], {
    cwd: user.root,
    encoding: 'utf8',
    env: { ...process.env, ...Object.fromEntries(inputs), GITHUB_ACTION_PATH: ROOT, GITHUB_STEP_SUMMARY: summary, GITHUB_OUTPUT: outputs },
  });
  return { code: status, out: stdout, summary: readFileSync(summary, 'utf8'), outputs: readFileSync(outputs, 'utf8') };
}

function sarifIn(outputs: string): unknown {
  const [, sarif = ''] = /^sarif=(.*)$/m.exec(outputs) ?? [];
  return JSON.parse(readFileSync(sarif, 'utf8'));
}

/** Those that a runner would obey: what stands between stop-commands and its token is text. */
function annotations(out: string): string[] {
  const obeyed = out.replace(/^::stop-commands::(.*)$[^]*^::\1::$/m, '');
  return obeyed.split('\n').filter((line) => /^::(?:error|warning)/.test(line));
}
