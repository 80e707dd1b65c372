// Boxes as a user sees them: programs that do not share a machine well, side by side, and what they leave behind. Where no box
// can be made, what is said instead.
import { readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { boxUnavailable } from '../runtime/box/worker-box.ts';
import { isolationHere } from './base/isolation.ts';
import { met, userProject, type UserProject } from './testing/user-project.double.ts';

const WITHIN_MS = 120_000;
const missing = await boxUnavailable();
/** What its orphans are known by: other tests may run beside this one. */
const ORPHAN = String(9_000_000 + process.pid);
const name = `tornwire-box-test-${process.pid}`;
let user: UserProject;
let foreign: Server;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  user = await userProject('box-project');
  foreign = createServer().listen(0, '0.0.0.0');
  await once(foreign, 'listening');
  env = { BOX_TEST_NAME: name, BOX_TEST_ORPHAN: ORPHAN, BOX_TEST_PORT: String((foreign.address() as AddressInfo).port) };
});
afterAll(async () => {
  foreign.close();
  await user[Symbol.asyncDispose]();
});

test(
  'by addresses, cases of a server that listens everywhere on one port run one at a time, which is said once',
  async () => {
    const port = await freePort();
    const words = ['run', 'has-a-fixed-port', '--isolation', 'addresses', '--repeat', '4', '--jobs', '3'];
    const { code, out } = await user.start(words, { ...env, BOX_TEST_PORT: String(port) }).ended;
    expect(out.match(/so cases with that port run one at a time/g)).toHaveLength(1);
    expect(out).toContain('4 passed, 0 failed');
    expect(code).toBe(0);
    const { cases } = await user.summary();
    expect(cases.map(({ wildcardPorts }) => wildcardPorts)).toEqual([[port], [port], [port], [port]]);
    const again = cases.filter(({ retakenBecause }) => retakenBecause?.includes(`has port ${port} at every address`));
    // Where the first one is slow to listen, those beside it have failed by then and the next one has begun.
    expect(again.length, 'those that had begun before it was known').toBeLessThanOrEqual(3);
  },
  WITHIN_MS,
);

describe.skipIf(missing !== undefined)('in a box', () => {
  test(
    'cases of a server with a fixed port that somebody else holds, and with fixed paths, pass side by side',
    async () => {
      const { code, out } = await user.start(['run', 'shares-nothing', '--isolation', 'box', '--repeat', '4', '--jobs', '2'], env).ended;
      expect(out).toContain('4 passed, 0 failed');
      expect(out).toContain('isolation: box\n');
      expect(code).toBe(0);
      expect((await user.summary()).cases.map(({ isolation }) => isolation)).toEqual(Array.from({ length: 4 }, () => ({ way: 'box' })));
      expect([...(await readdir('/tmp')), ...(await readdir('/dev/shm'))]).not.toContain(name);
    },
    WITHIN_MS,
  );

  test(
    'a process without environment, group or parent is left over and ends with its case, and so are files at fixed paths',
    async () => {
      const { code } = await user.start(['run', 'leaves-a', '--isolation', 'box'], env).ended;
      expect(code).toBe(1);
      expect((await user.summary()).cases).toMatchObject([
        { verdict: 'fail', oracle: 'leak', findings: [{ message: LEFT_FILES }] },
        { verdict: 'fail', oracle: 'leak', findings: [{ message: LEFT }] },
      ]);
      expect(await sleepers()).toEqual([]);
    },
    WITHIN_MS,
  );

  test(
    'that cannot be made for a case, the case is unknown and the harness says why',
    async () => {
      const { code } = await user.start(['run', 'spoils-its-box', '--isolation', 'box'], { ...env, BOX_TEST_SPOIL: 'yes' }).ended;
      const reason = expect.stringMatching(/^harness: no box could be made for this case: .*ENOENT/) as string;
      expect((await user.summary()).cases).toMatchObject([{ verdict: 'unknown', reason, isolation: { way: 'box' } }]);
      expect(code).toBe(3);
    },
    WITHIN_MS,
  );

  test(
    'a dial that nobody has named fails at once, and the finding says that there is no way out',
    async () => {
      const { code, out } = await user.start(['run', 'dials-away', '--isolation', 'box'], env).ended;
      expect(code).toBe(1);
      expect(out).toMatch(/crash: 'server' ended with code 1 .*ENETUNREACH 192\.0\.2\.1:80/);
      expect(out).toMatch(
        /^ +1 dial\(s\) had no way out of the box of this case: name what the system needs from the machine as outside$/m,
      );
    },
    WITHIN_MS,
  );

  test(
    'nothing outlives a worker that is killed, and what it would have cleaned up is swept',
    async () => {
      const run = user.start(['run', 'waits-long', '--isolation', 'box'], env);
      await met('the orphan', async () => (await sleepers()).length === 1, 60_000);
      for (const pid of await user.workers()) process.kill(pid, 'SIGKILL');
      await met('the end of the orphan', async () => (await sleepers()).length === 0, 60_000);
      expect((await run.ended).code).toBe(3);
      expect(await user.alive()).toEqual([]);
    },
    WITHIN_MS,
  );
});

describe('what is outside', () => {
  const database = createServer((socket) => void socket.on('error', () => undefined).end('{"hello":"from the database"}\n'));
  const { promise: listening, resolve } = Promise.withResolvers<number>();
  beforeAll(() => void database.listen(0, '127.0.0.1', () => resolve((database.address() as AddressInfo).port)));
  afterAll(() => void database.close());

  test.each(missing === undefined ? (['box', 'addresses'] as const) : (['addresses'] as const))(
    'is a link like any other: %s',
    async (way) => {
      const port = await listening;
      const about = { BOX_TEST_NAME: `${name}-${way}`, BOX_TEST_PORT: String(await freePort()), BOX_TEST_DATABASE: String(port) };
      const { code, err } = await user.start(['run', 'asks-outside', '--isolation', way], about).ended;
      const [row] = (await user.summary()).cases;
      expect(row).toMatchObject({ verdict: 'pass' });
      expect(code).toBe(0);
      const history = await readFile(join(user.root, row?.folder ?? '', 'history.ndjson'), 'utf8');
      expect(history).toContain('from the database');
      // In a box nobody else has the address, so a program may also have it in its code.
      expect(err.includes(`dialled 127.0.0.1:${port}`)).toBe(way === 'box');
      for (const folder of ['/tmp', '/dev/shm']) await rm(join(folder, `${name}-${way}`), { force: true });
    },
    WITHIN_MS,
  );
});

describe('where no box can be made', () => {
  test('one that was asked for is an error of the machine, and any other way falls back with the reason', async () => {
    process.env['TORNWIRE_NO_NATIVE'] = '1';
    try {
      await expect(isolationHere('box')).rejects.toThrow('no box can be made here: TORNWIRE_NO_NATIVE is set: use --isolation addresses');
      expect(await isolationHere('auto')).toEqual({ way: 'addresses', why: 'no box can be made here: TORNWIRE_NO_NATIVE is set' });
      expect(await isolationHere('addresses')).toEqual({ way: 'addresses', why: 'asked for' });
    } finally {
      delete process.env['TORNWIRE_NO_NATIVE'];
    }
  });

  test('the run says so once and is judged all the same', async () => {
    const echo = await userProject();
    try {
      const words = ['run', 'echo/answers-in-time', '--isolation', 'auto'];
      const { code, out } = await echo.start(words, { TORNWIRE_NO_NATIVE: '1' }).ended;
      expect(out.match(/^isolation: .*$/gm)).toEqual(['isolation: addresses (no box can be made here: TORNWIRE_NO_NATIVE is set)']);
      expect(code).toBe(0);
    } finally {
      await echo[Symbol.asyncDispose]();
    }
  });
});

const LEFT_FILES = `a file is left in a folder for temporary files after everything was stopped (2: /dev/shm/${name}, /tmp/${name})`;
const LEFT = expect.stringMatching(/is left after everything was stopped .*sleep \d+/s) as string;

/** Free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '0.0.0.0');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function sleepers(): Promise<number[]> {
  const pids = (await readdir('/proc')).map(Number).filter(Number.isInteger);
  const all = await Promise.all(pids.map(async (pid) => ({ pid, line: await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '') })));
  return all.filter(({ line }) => line === `sleep\0${ORPHAN}\0`).map(({ pid }) => pid);
}
