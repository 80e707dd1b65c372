// `tornwire check` in an empty folder, as a stranger types it: one start on a server with three mistakes, one on no server.
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CheckLine } from '../../report/check.ts';

/** It dies of what is no JSON, leaves a process behind for each call, and does everything else well. */
const SERVER = `
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
const say = (id, result) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, result }) + '\\n');
createInterface({ input: process.stdin })
  .on('line', (text) => {
    const { id, method } = JSON.parse(text);
    if (id === undefined) return;
    if (method === 'initialize')
      return say(id, { protocolVersion: '2025-06-18', capabilities: {}, serverInfo: { name: 'test', version: '1' } });
    if (method === 'tools/call') spawn('sleep', ['60'], { detached: true, stdio: 'ignore' }).unref();
    say(id, {});
  })
  .on('close', () => process.exit(0));
`;
/** Each call needs descriptors, a shell, its HOME and its TMPDIR, and is sure to have them. A nap goes on when it is cancelled. */
const SPOILT = `
import { spawn } from 'node:child_process';
import { openSync, rmSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
const say = (id, result) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, result }) + '\\n');
createInterface({ input: process.stdin })
  .on('line', (text) => {
    const { id, method, params } = JSON.parse(text);
    if (id === undefined) return;
    if (method === 'initialize')
      return say(id, { protocolVersion: '2025-06-18', capabilities: {}, serverInfo: { name: 'test', version: '1' } });
    if (params?.name === 'nap') return spawn('sleep', ['30'], { stdio: 'ignore' }).unref();
    if (params?.name === 'work') {
      for (let index = 0; index < 30; index++) openSync('/dev/null');
      spawn('sh', ['-c', 'true'], { stdio: 'ignore' });
      for (const place of [process.env.TMPDIR, process.env.HOME]) {
        writeFileSync(place + '/note', 'x'.repeat(2_000_000));
        rmSync(place + '/note');
      }
    }
    say(id, {});
  })
  .on('close', () => process.exit(0));
`;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tw-check-'));
  await writeFile(join(folder, 'server.mjs'), SERVER);
  await writeFile(join(folder, 'spoilt.mjs'), SPOILT);
  await writeFile(join(folder, 'chatty.mjs'), CHATTY);
  await writeFile(join(folder, 'asks.sh'), 'printf "Password: " >&2; read -r answer\n');
});
/** It says all that it was given. */
const CHATTY = SERVER.replace(
  'createInterface({',
  "console.error([process.env.FOO, process.env.API_TOKEN, process.env.NAMED, ...process.argv].join(' '));\ncreateInterface({",
);
const WITHIN_MS = 120_000;

afterAll(() => rm(folder, { recursive: true, force: true }));

test(
  'each mistake is named with its rule and the command that looks closer, and what is done well holds',
  async () => {
    const only = ['--only', 'handshake', 'rubbish', 'stdin-end', 'call', 'cancel', 'stops-reading', '--call', 'work'];
    const env = ['--env', 'GREETING=a b', 'API_TOKEN=not-for-the-eye'];
    const files = ['--json', '--sarif', 'out.sarif', '--junit', 'out.xml'];
    const { code, out } = await tornwire('check', 'mcp', ...only, ...env, ...files, '--', 'node', 'server.mjs');
    const { total, checks } = JSON.parse(out) as { total: string; checks: CheckLine[] };
    const byKey = new Map(checks.map((each) => [each.check, each]));
    expect(total).toBe('6 checks: 2 hold, 2 broken, 0 not proved, 1 habit not kept, 1 not applicable');
    expect(byKey.get('stops-reading')).toMatchObject({ outcome: 'habit' });
    expect(byKey.get('handshake')).toMatchObject({ outcome: 'holds' });
    expect(byKey.get('stdin-end')).toMatchObject({ outcome: 'holds' });
    expect(byKey.get('cancel')).toMatchObject({ outcome: 'not applicable' });
    expect(byKey.get('rubbish')).toMatchObject({ outcome: 'broken', word: 'CRASH' });
    expect(byKey.get('rubbish')?.said).toMatch(/^exit code 1: SyntaxError: .* at server\.mjs:\d+ after lines came/);
    expect(byKey.get('call')).toMatchObject({ outcome: 'broken', word: 'ORPHAN' });
    expect(byKey.get('call')?.said).toContain('sleep 60');
    expect(byKey.get('call')?.closer).toBe(
      "npx tornwire check mcp --only call --call work --env 'GREETING=a b' API_TOKEN -- node server.mjs",
    );
    // A habit fails nothing there either.
    expect(await readFile(join(folder, 'out.xml'), 'utf8')).toMatch(
      /<testsuites name="tornwire" tests="6" failures="2" errors="0" skipped="1"/,
    );
    expect(JSON.parse(await readFile(join(folder, 'out.sarif'), 'utf8'))).toMatchObject({ version: '2.1.0' });
    expect(code).toBe(1);
  },
  WITHIN_MS,
);

test(
  'a server that cannot do without is named for each thing that it lacks, and one that goes on with a cancelled call',
  async () => {
    const only = ['few-descriptors', 'no-shell', 'read-only-home', 'full-disk', 'cancel', 'bad-encoding', 'stops-reading'];
    const words = ['--only', ...only, '--call', 'work', '--slow', 'nap', '--strict', '--json'];
    const { code, out } = await tornwire('check', 'mcp', ...words, '--', 'node', 'spoilt.mjs');
    const { checks } = JSON.parse(out) as { checks: CheckLine[] };
    const said = new Map(checks.map((each) => [each.check, `${each.outcome}: ${each.word} ${each.said}`]));
    expect(said.get('few-descriptors')).toMatch(/^broken: CRASH exit code 1: Error: EMFILE/);
    expect(said.get('no-shell')).toMatch(/^broken: CRASH exit code 1: Error: spawn sh ENOENT/);
    // Only the superuser can make a place full, and for others a place is read-only by its mode.
    const isRoot = process.getuid?.() === 0;
    expect(said.get('read-only-home')).toMatch(/^broken: CRASH exit code 1: Error: (EPERM|EACCES).*'\$HOME\/note'/);
    expect(said.get('full-disk')).toMatch(isRoot ? /^broken: CRASH exit code 1: Error: ENOSPC/ : /^not applicable/);
    expect(said.get('cancel')).toMatch(/^broken: .*sleep 30/);
    expect(said.get('stops-reading')).toMatch(/^broken: CRASH exit code 1, EPIPE at spoilt\.mjs:\d+ after the client stopped reading/);
    expect(said.get('bad-encoding')).toMatch(/^broken: CRASH exit code 1: SyntaxError/);
    expect(code).toBe(1);
  },
  WITHIN_MS,
);

test(
  'what is saved runs as scenarios of the project, and a scenario of its own beside them',
  async () => {
    const file = join(folder, 'scenarios/mcp.scenario.mjs');
    const saved = await tornwire('check', 'mcp', '--save', '--', 'node', 'server.mjs');
    expect(saved.out).toMatch(/^saved: scenarios\/mcp\.scenario\.mjs\ninstall first.*\nrun it: npx tornwire run mcp\n$/);
    await mkdir(join(folder, 'node_modules'));
    await symlink(join(import.meta.dirname, '../..'), join(folder, 'node_modules/tornwire'));
    const own = `  own: { ...pack.checks(target)['stdin-end'], title: 'a scenario of my own' },\n};`;
    await writeFile(file, (await readFile(file, 'utf8')).replace(/\n\};\n$/, `\n${own}\n`));
    const { code, out, err } = await tornwire('run', 'mcp/handshake', 'mcp/rubbish', 'mcp/own', '--json');
    const { cases } = JSON.parse(out === '' ? `"${err}"` : out) as { cases: { scenario: string; verdict: string }[] };
    expect(cases.map((each) => `${each.scenario} ${each.verdict}`).toSorted()).toEqual([
      'mcp/handshake pass',
      'mcp/own pass',
      'mcp/rubbish fail',
    ]);
    expect(code).toBe(1);
    const again = await tornwire('check', 'mcp', '--save', '--', 'node', 'server.mjs');
    expect(again.err).toMatch(/scenarios\/mcp\.scenario\.mjs is there already/);
    expect(again.code).toBe(2);
  },
  WITHIN_MS,
);

test.each([
  ['does not start', ['no-such-command'], /^tornwire: 'no-such-command' does not start: .*not found\n$/],
  ['prints for ever', ['yes'], /^tornwire: 'yes' is no MCP server: it prints for ever, \d+ bytes .*\n$/],
  ['echoes', ['cat'], /^tornwire: 'cat' is no MCP server: it sends back what it is sent\n$/],
  ['forks away', ['sh', '-c', 'sleep 303 & exit 0'], /^tornwire: .* and sleep 303 goes on in the background: .*\n$/],
  ['asks for a password', ['sh', 'asks.sh'], /^tornwire: 'sh asks\.sh' wants a password or an account .*\n$/],
])(
  'a command that %s gets one line that says so, and nothing else is begun',
  async (_, command, line) => {
    const { code, out, err } = await tornwire('check', 'mcp', '--', ...command);
    expect(err).toMatch(line);
    expect(out).toBe('');
    expect(code).toBe(2);
    expect(await readdir(join(folder, 'results/latest/cases'))).toEqual(['0001-mcp-handshake']);
  },
  WITHIN_MS,
);

test(
  'a server that does not shake hands well gets the line of the handshake alone',
  async () => {
    const program = `process.stdin.on('data', () => console.log('{"jsonrpc":"2.0","id":"tw-init","error":{"code":-32600,"message":"no"}}'))`;
    const { code, out } = await tornwire('check', 'mcp', '--', 'node', '-e', program);
    const [head, first, ...rest] = out.trim().split('\n');
    expect(head).toMatch(/^check mcp: node/);
    expect(first).toMatch(/^WRONG ANSWER  your server answered initialize with error -32600: no\./);
    expect(rest.at(-1)).toMatch(
      /^(\d+) checks: 0 hold, 1 broken, 0 not proved, \d+ not begun: each of them needs what the first one checks$/,
    );
    expect(code).toBe(1);
  },
  WITHIN_MS,
);

test(
  'what was typed and may be a secret stands nowhere, also where the server says it; what evidently is none stands as it is',
  async () => {
    const env = ['--env', 'FOO=canary-foo-1', 'API_TOKEN=canarytoken', 'NAMED', 'PORT=3000', 'MODE=production'];
    const call = ['--call', 'work', '--args', '{"apiKey":"canary-args-4"}'];
    const command = ['--', 'node', 'chatty.mjs', '--token', 'canary-word-5', '--db=postgres://bob:canary-url-6@host/x'];
    const files = ['--json', '--sarif', 'chatty.sarif', '--junit', 'chatty.xml'];
    const { out, err, code } = await tornwire('check', 'mcp', '--only', 'handshake', 'rubbish', ...call, ...env, ...files, ...command);
    const [, rubbish] = (JSON.parse(out) as { checks: CheckLine[] }).checks;
    expect(rubbish?.closer).toContain("--env FOO API_TOKEN NAMED PORT=3000 MODE=production -- node chatty.mjs --token '***'");
    expect(code).toBe(1);
    const log = await readFile(join(folder, rubbish?.folder ?? '', 'history.ndjson'), 'utf8');
    expect(log).toContain('*** *** ***');
    const file = join(folder, 'scenarios/mcp.scenario.mjs');
    await rm(file, { force: true });
    const saved = await tornwire('check', 'mcp', '--save', '--json', ...env, '--', 'node', 'chatty.mjs');
    expect(JSON.parse(saved.out)).toMatchObject({
      saved: 'scenarios/mcp.scenario.mjs',
      variables: { FOO: 'TORNWIRE_SECRET_FOO', API_TOKEN: 'TORNWIRE_SECRET_API_TOKEN', NAMED: 'TORNWIRE_SECRET_NAMED' },
      looksSecret: false,
    });
    const text = await readFile(file, 'utf8');
    await rm(file);
    expect(text).toContain(`"FOO": process.env["TORNWIRE_SECRET_FOO"] ?? ''`);
    expect(text).toContain('"PORT": "3000", "MODE": "production"');
    const left = await Promise.all(
      (await readdir(folder, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
        .map(async ({ parentPath, name }) => `${name}: ${await readFile(join(parentPath, name), 'utf8')}`),
    );
    expect([...left, out, err, text, saved.out, saved.err].flatMap((each) => /.{0,80}canary.{0,20}/.exec(each) ?? [])).toEqual([]);
    const with4 = await tornwire('check', 'mcp', '--save', ...call, '--', 'node', 'chatty.mjs');
    expect(with4.out).toContain('look at scenarios/mcp.scenario.mjs before you hand it on: something in it looks like a secret');
    await rm(file);
    const none = await tornwire('check', 'mcp', '--env', 'NO_SUCH', '--', 'node', 'chatty.mjs');
    expect([none.code, none.err]).toEqual([2, 'tornwire: --env NO_SUCH: no value, neither behind = nor in NO_SUCH\n']);
  },
  WITHIN_MS,
);

function tornwire(...words: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const main = join(import.meta.dirname, '../../main.ts');
  // The cache of the tests lies in a folder that the box keeps, and would be told as left there.
  const { NODE_COMPILE_CACHE: _, ...rest } = process.env;
  const env = { ...rest, NAMED: 'canary-named-3' };
  const child = spawn(process.execPath, [main, ...words], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (err += bytes.toString()));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })));
}
