// `tornwire mcp` with the client of the SDK, as a coding agent would use it: find the failure, see it, replay it.
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { met, userProject, type UserProject } from '../testing/user-project.double.ts';

const MAIN = join(import.meta.dirname, '../../main.ts');

// Several starts of the program, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let user: UserProject;
let client: Client;
let pid: number;
beforeAll(async () => {
  user = await userProject();
  client = new Client({ name: 'test', version: '1' });
  const transport = new StdioClientTransport({ command: process.execPath, args: [MAIN, 'mcp'], cwd: user.root, stderr: 'pipe' });
  await client.connect(transport);
  pid = transport.pid ?? 0;
});
afterAll(async () => {
  await client.close();
  await user[Symbol.asyncDispose]();
});

interface Told {
  content: { type: string; text: string }[];
  isError?: boolean;
  structuredContent?: Record<string, unknown>;
}
async function call(name: string, input: Record<string, unknown> = {}, options = {}): Promise<Told> {
  return (await client.callTool({ name, arguments: input }, undefined, { timeout: 110_000, ...options })) as Told;
}
const textOf = ({ content }: Told): string => content.map(({ text }) => text).join('\n');

test('the tools are list, run, show, repro and explain, each with a schema; run starts programs and says so', async () => {
  expect(client.getServerVersion()).toMatchObject({ name: 'tornwire' });
  const { tools } = await client.listTools();
  expect(tools.map(({ name, annotations }) => [name, annotations?.readOnlyHint])).toEqual([
    ['list', true],
    ['run', false],
    ['show', true],
    ['repro', false],
    ['explain', true],
  ]);
  expect(tools.find(({ name }) => name === 'repro')?.inputSchema).toMatchObject({ type: 'object', required: ['file'] });
});

test('an agent finds a scenario, runs it with progress, sees the story, replays it, and has its code explained', async () => {
  expect(textOf(await call('list', { filters: ['crashes'] }))).toBe(
    'echo/crashes: a server that crashes is told from one that answers @broken',
  );
  const progress: unknown[] = [];
  const ran = await call('run', { filters: ['echo/crashes'] }, { onprogress: (each: unknown) => progress.push(each) });
  expect(textOf(ran)).toMatch(/^0 passed, 1 failed[^]*\nFAIL by crash {2}echo\/crashes[^]*\nreplay {7}npx tornwire repro /);
  const [failed] = (ran.structuredContent as { failures: { repro: string }[] }).failures;
  expect(ran.structuredContent).toMatchObject({ exitCode: 1, failures: [{ verdict: 'fail', oracle: 'crash' }] });
  expect(progress).toMatchObject([{ progress: 1, total: 1, message: expect.stringContaining('FAIL echo/crashes') }]);

  const [shown, replayed, all, one] = await Promise.all([
    call('show'),
    call('repro', { file: failed?.repro }),
    call('explain'),
    call('explain', { code: 'usage' }),
  ]);
  expect(shown.structuredContent).toMatchObject({ case: { scenario: 'echo/crashes' }, story: { outcome: 'fail', by: 'crash' } });
  expect(textOf(replayed)).toMatch(/^reproduced 1 of 1 judged\nevery fault did the same as then$/);
  expect(textOf(all).split('\n')).toContain('TW-USAGE');
  expect(textOf(one)).toMatch(/^TW-USAGE: /);
});

test('what cannot be done is an error of the tool or of the protocol, and the server lives on', async () => {
  const [absent, option] = await Promise.all([call('run', { filters: ['echo/nowhere'] }), call('run', { filters: ['--defect'] })]);
  expect([absent.isError, textOf(absent)]).toEqual([
    true,
    expect.stringMatching(/^exit code 2: tornwire: .*no scenario matches 'echo\/nowhere'/),
  ]);
  expect(textOf(option)).toContain("no scenario matches '--defect'");
  await expect(call('nothing')).rejects.toThrow(/-32602.*no tool 'nothing'/);
  await expect(call('repro', {})).rejects.toThrow(/-32602.*file/s);
  await client.ping();
});

test('a call that is cancelled leaves nothing running', async () => {
  const stop = new AbortController();
  const running = call('run', { filters: ['echo/waits-long'] }, { signal: stop.signal });
  running.catch(() => undefined);
  await met('the server of the case', async () => (await user.serversAlive()).length > 0, 30_000);
  stop.abort();
  await expect(running).rejects.toThrow(/abort/i);
  await met('the end of all', async () => (await user.serversAlive()).length === 0, 30_000);
});

test('lines that are no messages are answered as JSON-RPC says, and the server ends with its stdin', async () => {
  const server = spawn(process.execPath, [MAIN, 'mcp'], { cwd: user.root, stdio: ['pipe', 'pipe', 'inherit'] });
  let out = '';
  server.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  server.stdin.end('no json\n[]\n{"jsonrpc":"2.0","id":1,"method":"nothing"}\n');
  const [code] = (await once(server, 'close')) as [number];
  const codes = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: unknown; error: { code: number } });
  expect(codes.map(({ id, error }) => [id, error.code])).toEqual([
    [null, -32700],
    [null, -32600],
    [1, -32601],
  ]);
  expect(code).toBe(0);
  expect(pid).toBeGreaterThan(0);
});
