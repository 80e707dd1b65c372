// What a stranger does with the installed package, each by its sentence: every command, stdio links, Vitest, TypeScript.
// A new command is a line of USES here.
import { once } from 'node:events';
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ended, manifestOf, REPOSITORY, wantEnd, wantEqual, wantMatch, type User } from './package-user.ts';

export const USES: readonly [what: string, use: (user: User) => void | Promise<void>][] = [
  ['nothing of it is TypeScript source, and what it needs is there', holdsNoSource],
  ['tornwire --version', async (user) => wantEnd(await user.tornwire('--version'), 0, new RegExp(`^${version()}\n$`))],
  ['tornwire list', async (user) => wantEnd(await user.tornwire('list'), 0, /^echo\/answers\n[^]*^relay\/answers\n/m)],
  ['tornwire run passes what is right', async (user) => wantEnd(await user.tornwire('run', '@quick'), 0, /^1 passed, 0 failed/m)],
  ['tornwire run over a stdio link', async (user) => wantEnd(await user.tornwire('run', '@stdio'), 0, /^1 passed, 0 failed/m)],
  [
    'tornwire run fails what is wrong',
    async (user) => wantEnd(await user.tornwire('run', 'echo/crashes'), 1, /replay: npx tornwire repro/),
  ],
  ['tornwire repro replays it', replays],
  [
    'tornwire show tells what the first failure of the latest run was',
    async (user) => wantEnd(await user.tornwire('show'), 0, /^FAIL by crash {2}echo\/crashes[^]*^replay {7}npx tornwire repro/m),
  ],
  [
    'tornwire export writes a trace',
    async (user) => wantEnd(await user.tornwire('export', '--perfetto', 'trace.json'), 0, /^trace\.json: \d+ events/),
  ],
  ['tornwire pack makes an archive that repro replays', packs],
  ['tornwire mcp ends with its stdin', servesAgents],
  [
    'tornwire compare: nothing of a run and itself is new or fixed',
    async (user) =>
      wantEnd(await user.tornwire('compare', 'latest', 'latest'), 0, /^since latest:\n {2}still failing: echo\/crashes \(process\)$/m),
  ],
  [
    'tornwire report writes one file',
    async (user) => {
      wantEnd(await user.tornwire('report', 'latest', '--out', 'report.html'), 0, /^report\.html$/m);
      wantMatch(
        readFileSync(join(user.folder, 'report.html'), 'utf8'),
        /^<!doctype html>[^]*script-src 'sha256-[^]*start\(\{ boardFor/,
        'the report',
      );
    },
  ],
  ['tornwire sweep breaks a workload, and tells what of it is covered', sweeps],
  ['tornwire gate', async (user) => wantEnd(await user.tornwire('gate', '--policy', 'policy.yaml'), 0, /^gate: pass/m)],
  ['tornwire proxy answers, and ends when it is told to', serves],
  [
    'tornwire explain says what a code means',
    async (user) =>
      wantEnd(
        await user.tornwire('explain', 'TW-LEAK-PROCESS'),
        0,
        /^TW-LEAK-PROCESS\n[^]*^More: \S*tornwire\/docs\/explanation\/verdicts\.md$/m,
      ),
  ],
  ['tornwire check websocket', checksWebSocketServer],
  ['tornwire check mcp, and init for the same server', checksAndInits],
  ['tornwire check --strict, where a habit fails it too', checksStrictly],
  ['tornwire check --save, and run of what it saved', savesChecks],
  ['tornwire init --check', async (user) => wantEnd(await user.tornwire('init', '--check'), 0, /^\d+ scenarios checked, nothing wrong$/m)],
  ['tornwire check agent, with the model of the package', checksAgent],
  ['tornwire doctor names the line that installs the container client', namesContainerClient],
  ['tornwire run --runtime container names it too', namesContainerClientAtFirstUse],
  ['tornwire images says what it lacks', namesMissingEngine],
  ['Vitest with its default configuration runs scenarios through tornwire/vitest', runsInVitest],
  ['the strictest TypeScript has nothing to say, and emits declarations', async (user) => wantEnd(await user.typescript(), 0, /^$/)],
];

function version(): string {
  return manifestOf(join(REPOSITORY, 'harness')).version.replaceAll('.', String.raw`\.`);
}

function holdsNoSource({ folder }: User): void {
  const files = readdirSync(join(folder, 'node_modules', 'tornwire'), { recursive: true, encoding: 'utf8' });
  wantEqual(files.filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts')).join(' '), '', 'TypeScript sources');
  const docs = [
    'README.md',
    'docs/reference/gate.md',
    'docs/llms.txt',
    'docs/tutorials/first-red-scenario.md',
    'schemas/policy.json',
    'schemas/summary.json',
  ];
  for (const wanted of ['LICENSE', ...docs, 'dist/index.js.map', 'dist/index.d.ts', 'dist/results/paths.js'])
    wantEqual(files.includes(wanted), true, `${wanted} is there`);
}

async function replays(user: User): Promise<void> {
  const repros = join('results', 'repros');
  const [file = ''] = readdirSync(join(user.folder, repros));
  wantEnd(await user.tornwire('repro', join(repros, file), '--times', '2'), 1, /^reproduced 2 of 2 judged/m);
}

async function packs(user: User): Promise<void> {
  const repros = join('results', 'repros');
  const [file = ''] = readdirSync(join(user.folder, repros));
  wantEnd(await user.tornwire('pack', join(repros, file), '--output', 'failure.tar.gz'), 0, /^failure\.tar\.gz: \d+ files/);
  wantEnd(await user.tornwire('repro', 'failure.tar.gz', '--trust'), 1, /^reproduced 1 of 1 judged/m);
}

const WORKLOAD = `
import { defineWorkload } from 'tornwire';
import { relay } from '../../relay.ts';

export default defineWorkload({
  title: 'what is said comes back louder',
  system: relay(),
  operations: (operation) => ({
    say: operation({
      arguments: (any) => ({ line: any.oneOf('"hello"', '"x"') }),
      async run({ ask }, { line }) {
        if ((await ask(line)) !== line.toUpperCase()) throw new Error('something else came back');
      },
    }),
  }),
  recovered: [{ what: 'a line comes back', within: '5s', holds: async ({ ask }) => (await ask('"x"')) === '"X"' }],
});
`;

/** The relay may die of what a sweep does to it, and the sweep says so: what is asked here is that a stranger's sweep runs. */
async function sweeps(user: User): Promise<void> {
  const isModule = manifestOf(user.folder).type === 'module';
  const [ending, text] = isModule ? ['ts', WORKLOAD] : ['mts', WORKLOAD.replace('relay.ts', 'relay.mts')];
  const file = join(user.folder, 'scenarios', 'relay', `says.workload.${ending}`);
  writeFileSync(file, text);
  const options = ['--depth', '1', '--cases', '3', '--budget', '4min', '--replays', '0', '--shrink', '0', '--seed', '1'];
  const end = await user.tornwire('sweep', ...options);
  rmSync(file);
  wantEnd(end, end.code === 1 ? 1 : 0, /^coverage: \d+ of [1-9]\d* fault points are done/m);
}

/** What it is given as stdin has no line. */
async function servesAgents(user: User): Promise<void> {
  wantEnd(await ended(user.start(['mcp'])), 0, /^$/);
}

async function serves(user: User): Promise<void> {
  const proxy = user.start(['proxy', '--listen', '127.0.0.1:0']);
  const end = ended(proxy);
  try {
    const lines = createInterface({ input: proxy.stdout as NodeJS.ReadableStream });
    const first = await Promise.race([once(lines, 'line').then(([line]) => line as string), end.then(({ out }) => out)]);
    wantMatch(first, /^\{"event":"listening"/);
    const { host, port } = JSON.parse(first) as { host: string; port: number };
    const answer = await fetch(`http://${host}:${port}/version`, { signal: AbortSignal.timeout(10_000) });
    wantEqual(answer.status, 200, 'status of GET /version');
  } finally {
    proxy.kill('SIGTERM');
  }
  wantEqual((await end).code, 0, 'exit code after SIGTERM');
}

/** A server without any library, as a project may have it. */
async function checksWebSocketServer(user: User): Promise<void> {
  copyFileSync(join(REPOSITORY, 'harness/packs/websocket/testing/server.mjs'), join(user.folder, 'echo.mjs'));
  const options = ['--port', '8080', '--path', '/ws', '--hello', 'hi', '--only', 'handshake', 'ping-content', 'resets'];
  const end = await user.tornwire('check', 'websocket', ...options, '--', 'node', 'echo.mjs');
  wantEnd(end, 0, /^3 checks: 3 hold, 0 broken, 0 not proved$/m);
}

/** It answers every request, and ends with its stdin. */
const MCP_SERVER = `
import { createInterface } from 'node:readline';
const hello = { protocolVersion: '2025-06-18', capabilities: {}, serverInfo: { name: 'test', version: '1' } };
createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { id, method } = JSON.parse(line);
    if (id !== undefined) console.log(JSON.stringify({ jsonrpc: '2.0', id, result: method === 'initialize' ? hello : {} }));
  })
  .on('close', () => process.exit(0));
`;

async function checksAndInits(user: User): Promise<void> {
  writeFileSync(join(user.folder, 'mcp.mjs'), MCP_SERVER);
  wantEnd(
    await user.tornwire('check', 'mcp', '--only', 'stdin-end', '--', 'node', 'mcp.mjs'),
    0,
    /^1 check: 1 holds, 0 broken, 0 not proved$/m,
  );
  wantEnd(await user.tornwire('init', '--dry-run', '--', 'node', 'mcp.mjs'), 0, /^--- \.github\/workflows\/tornwire\.yml$/m);
}

/** Node ends by an uncaught EPIPE when nobody reads, which is a habit that this server does not keep. */
async function checksStrictly(user: User): Promise<void> {
  const words = ['check', 'mcp', '--only', 'stops-reading'];
  wantEnd(await user.tornwire(...words, '--', 'node', 'mcp.mjs'), 0, /^1 check: 0 hold, 0 broken, 0 not proved, 1 habit not kept$/m);
  wantEnd(await user.tornwire(...words, '--strict', '--', 'node', 'mcp.mjs'), 1, /^1 check: 0 hold, 1 broken, 0 not proved$/m);
}

/** The file is removed again: others count the scenarios of this project. */
async function savesChecks(user: User): Promise<void> {
  const file = join('scenarios', 'mcp.scenario.mjs');
  try {
    wantEnd(await user.tornwire('check', 'mcp', '--save', '--', 'node', 'mcp.mjs'), 0, /^saved: scenarios\/mcp\.scenario\.mjs$/m);
    wantEnd(await user.tornwire('run', 'mcp/stdin-end'), 0, /^1 passed, 0 failed/m);
  } finally {
    rmSync(join(user.folder, file), { force: true });
  }
}

async function checksAgent(user: User): Promise<void> {
  copyFileSync(join(REPOSITORY, 'harness/packs/agent/testing/agent.mjs'), join(user.folder, 'agent.mjs'));
  const end = await user.tornwire(
    'check',
    'agent',
    '--model',
    'openai',
    '--only',
    'handshake',
    'term-busy',
    '--',
    'node',
    'agent.mjs',
    'hi',
  );
  wantEnd(end, 0, /^2 checks: 2 hold, 0 broken, 0 not proved$/m);
}

async function namesContainerClient(user: User): Promise<void> {
  const doctor = await user.tornwire('doctor');
  wantEnd(doctor, 0, /^has +Node /m);
  wantMatch(doctor.out, /^lacks container client [^\n]*\n +cure: npm install --save-dev testcontainers@12$/m);
}

/** A file that looks like the socket of an engine: nothing is asked before the client is there. */
async function namesContainerClientAtFirstUse(user: User): Promise<void> {
  const socket = join(user.folder, 'engine.sock');
  writeFileSync(socket, '');
  const end = await ended(user.start(['run', '--runtime', 'container'], { DOCKER_HOST: `unix://${socket}` }));
  wantEnd(end, 3, /^tornwire: [^\n]*testcontainers[^\n]* is not installed: npm install --save-dev testcontainers@12[^\n]*\n$/);
}

async function namesMissingEngine(user: User): Promise<void> {
  const end = await ended(user.start(['images'], { DOCKER_HOST: 'unix:///nowhere/docker.sock' }));
  wantEnd(end, 3, /^tornwire: no Docker engine answers [^\n]*: install docker.io and start dockerd \[TW-RUNTIME\]\n$/);
}

async function runsInVitest(user: User): Promise<void> {
  const { code, out } = await user.vitest('run', '--testNamePattern', 'relay/answers|echo/answers:');
  if (code !== 0) throw new Error(out);
  wantMatch(out, /2 passed/);
}
