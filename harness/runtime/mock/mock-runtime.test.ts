import { createServer, request, type Server } from 'node:http';
import { connect, createServer as createRelay } from 'node:net';
import { linkSync, renameSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Address } from '../../model/system/link.ts';
import { type MockLife, type MockProgram, mockRuntime } from './mock-runtime.ts';
import { ask, describeRuntime, newRunId, silence } from '../testing/runtime.contract.ts';

const programs: Record<string, MockProgram> = {
  'by-log': (life) => subject(life),
  'writes-lines': (life) => subject(life, writeLines),
  'ignores-term': (life) => {
    subject(life);
    life.onTerm(() => life.print('stdout', 'no\n'));
  },
  'forks-twice': (life) => subject(life, () => life.print('stdout', 'forked twice\n')),
  dies: (life) => {
    life.print('stdout', 'I was about to start\n');
    life.print('stderr', 'but the disk is full');
    life.exit({ code: 7, signal: null });
  },
  silent: () => {},
  'leaves-things': (life) => {
    // A server of this process removes its socket file as it closes; that of a killed process stays.
    const path = socketPath(life);
    life.held(() => renameSync(`${path}.kept`, path));
    subject(life, () => {
      linkSync(path, `${path}.kept`);
      life.print('stdout', 'forked twice\n');
    });
  },
  'asks-peer': (life) => subject(life),
  relay,
  broken: (life) => {
    life.print('stdout', 'no such toxic\n');
    life.exit({ code: 4, signal: null });
  },
};

describeRuntime({ runtime: mockRuntime({ programs }), processes: false, outlived: false });

test('a node without a program of its own listens, says what is awaited and ends on SIGTERM', async () => {
  const node = {
    name: 'plain',
    role: 'plain',
    command: ['anything'],
    env: {},
    listens: { api: { transport: 'tcp', port: 7_100 } },
    ready: { when: 'log', contains: 'at your service' },
    readyWithinMs: 1_000,
    stopWithinMs: 1_000,
  } as const;
  const request = { runId: newRunId(), topology: { nodes: [node], links: [] }, proxied: [], signal: new AbortController().signal };
  await using ground = await mockRuntime().prepare(request);
  const running = await ground.start(node, silence);
  expect(await ask(ground.direct('plain', 'api'))).toBe('plain');
  expect(await running.stop()).toEqual({ killed: false });
  expect(await running.exited).toEqual({ code: null, signal: 'SIGTERM' });
});

test('a plan can say that it cannot run here, and what is left over', async () => {
  const leftover = { what: 'file', detail: '/somewhere' } as const;
  const runtime = mockRuntime({ unavailable: 'not today', leftovers: () => [leftover] });
  expect(await runtime.unavailable()).toBe('not today');
  await using ground = await runtime.prepare({
    runId: newRunId(),
    topology: { nodes: [], links: [] },
    proxied: [],
    signal: new AbortController().signal,
  });
  expect(await ground.leftovers()).toEqual([leftover]);
});

function subject(life: MockLife, up = (ours: MockLife): void => ours.print('stdout', 'ready to serve\n')): void {
  let paused = Promise.resolve();
  let resume = (): void => {};
  life.onPause((now) => {
    if (now) ({ promise: paused, resolve: resume } = Promise.withResolvers<void>());
    else resume();
  });
  const server = createServer((question, answer) => {
    void paused.then(() => {
      if (question.url === '/end') life.exit({ code: null, signal: 'SIGKILL' });
      else if (question.url === '/peer') {
        const { PEER_HOST, PEER_PORT } = life.env;
        const asked = request({ host: PEER_HOST, port: PEER_PORT, agent: false }, (reply) => reply.pipe(answer));
        asked.on('error', (error) => answer.end(error.message)).end();
      } else answer.end(life.name);
    });
  });
  life.held(() => closed(server));
  life.onTerm(() => life.exit({ code: 0, signal: null }));
  const address = life.listens.get('api');
  server.listen(address?.transport === 'unix' ? { path: address.path } : { port: address?.port, host: address?.host }, () => up(life));
}

function socketPath(life: MockLife): string {
  const address = life.listens.get('api');
  return address?.transport === 'unix' ? address.path : '';
}

function writeLines(life: MockLife): void {
  life.print('stderr', 'to stderr\n');
  life.print('stdout', Buffer.from('caf\u00e9').subarray(0, 4));
  life.print('stdout', Buffer.concat([Buffer.from('caf\u00e9').subarray(4), Buffer.from(' one\u2028still one\r\n\ntwo\n')]));
  life.print('stdout', `${'x'.repeat(100_000)}\n`);
  life.print('stdout', 'lines written\n');
}

function relay(life: MockLife): void {
  const routes = life.command.slice(4).map((route) => JSON.parse(route) as { listen: object; upstream: { port: number } });
  const api = life.listens.get('api') as Extract<Address, { transport: 'tcp' }>;
  const servers = [
    createRelay((socket) => socket.destroy()).listen(api.port, api.host),
    ...routes.map(({ listen, upstream }) =>
      createRelay((client) => {
        const server = connect(upstream);
        client.pipe(server).pipe(client);
        client.on('error', () => server.destroy());
        server.on('error', () => client.destroy());
      }).listen(listen),
    ),
  ];
  for (const server of servers) life.held(() => void server.close());
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
