// The two ends of measured connections. Each is a process of its own, so that the proxy between them shares its event loop
// with nobody. fork starts it as `node ends.ts server` or `node ends.ts client`.
import { connect, createServer, type Server, type Socket } from 'node:net';

/** What the client does over one connection or many; the server does the matching part by the first line it gets. */
export type Task =
  /** The server pushes so many bytes; the client reads them. */
  | { do: 'bulk'; bytes: number; framed: boolean }
  /** One byte there and back, so often. */
  | { do: 'echo'; rounds: number; warmUp: number; framed: boolean }
  /** The server pushes until it cannot; the client reads so much, then stops reading for so long. */
  | { do: 'stall'; readBytes: number; holdMs: number }
  /** So many connections: the server pushes, the client reads until the end, both tell what they saw. */
  | { do: 'cuts'; connections: number; atOnce: number; pushBytes: number };

export type Target = { port: number; host: string } | { path: string };
export type ToServer = { listen: Target } | { collect: true };
export type FromServer = { listening: Target } | { outcomes: Outcome[] };
export type ToClient = { target: Target; task: Task };
export type FromClient = { took: number } | { roundTripsUs: number[] } | { done: true } | { outcomes: Outcome[] } | { failed: string };

/** How one end of one connection saw it. */
export interface Outcome {
  id: number;
  bytes: number;
  ended: string;
}

const CHUNK = 64 * 1024;
const HANDSHAKE =
  'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
const ACCEPTED =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n';

if (process.argv[2] === 'server') serve();
else if (process.argv[2] === 'client') beClient();

function serve(): void {
  const outcomes: Outcome[] = [];
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
    withFirstLine(socket, (line) => answer(socket, line, outcomes)),
  );
  process.on('message', (message: ToServer) => {
    if ('collect' in message) send({ outcomes: outcomes.splice(0) });
    else server.listen(message.listen, () => send({ listening: boundTo(server) }));
  });
  process.on('disconnect', () => process.exit());
}

/** The first line is a JSON task; inside a WebSocket it rides in a header of the handshake. */
function withFirstLine(socket: Socket, act: (line: string) => void): void {
  let head = '';
  socket.on('error', () => {});
  socket.on('data', function collect(chunk: Buffer) {
    head += chunk.toString('latin1');
    const framed = head.startsWith('GET ');
    const end = head.indexOf(framed ? '\r\n\r\n' : '\n');
    if (end < 0) return;
    socket.off('data', collect);
    if (framed) socket.write(ACCEPTED);
    act(framed ? (/X-Task: (.*)\r\n/.exec(head)?.[1] ?? '') : head.slice(0, end));
  });
}

function answer(socket: Socket, line: string, outcomes: Outcome[]): void {
  const task = JSON.parse(line) as Task & { id: number };
  switch (task.do) {
    case 'bulk':
      return push(socket, task.bytes, task.framed ? binaryFrames(CHUNK) : Buffer.alloc(CHUNK, 1));
    case 'echo': {
      const reply = task.framed ? Buffer.from([0x82, 0x01, 0x21]) : Buffer.from('!');
      return void socket.on('data', () => socket.write(reply)).on('end', () => socket.end());
    }
    case 'stall':
      return push(socket, Number.POSITIVE_INFINITY, Buffer.alloc(CHUNK, 1));
    case 'cuts':
      return pushAndTell(socket, task.id, task.pushBytes, outcomes);
    default:
      return task satisfies never;
  }
}

function push(socket: Socket, bytes: number, chunk: Buffer): void {
  let left = bytes;
  const more = () => {
    while (left > 0 && !socket.destroyed) {
      const piece = left < chunk.length ? chunk.subarray(0, left) : chunk;
      left -= piece.length;
      if (!socket.write(piece)) return;
    }
    if (!socket.destroyed) socket.end();
  };
  socket.on('drain', more);
  socket.on('data', () => {});
  more();
}

function pushAndTell(socket: Socket, id: number, pushBytes: number, outcomes: Outcome[]): void {
  let bytes = 0;
  let ended: string | undefined;
  socket.on('data', (chunk: Buffer) => (bytes += chunk.length));
  socket.on('error', (error: NodeJS.ErrnoException) => (ended ??= error.code ?? error.message));
  socket.on('end', () => {
    ended ??= 'fin';
    socket.end();
  });
  socket.on('close', () => outcomes.push({ id, bytes, ended: ended ?? 'closed' }));
  socket.write(Buffer.alloc(pushBytes, 1));
}

function beClient(): void {
  process.on('message', (message: ToClient) => {
    perform(message.target, message.task).then(send, (error: unknown) => send({ failed: String(error) }));
  });
  process.on('disconnect', () => process.exit());
}

function perform(target: Target, task: Task): Promise<FromClient> {
  switch (task.do) {
    case 'bulk':
      return readAll(target, task);
    case 'echo':
      return echoRounds(target, task);
    case 'stall':
      return readThenStop(target, task);
    case 'cuts':
      return manyCuts(target, task);
    default:
      return task satisfies never;
  }
}

function readAll(target: Target, task: Task & { do: 'bulk' }): Promise<FromClient> {
  return new Promise((resolve, reject) => {
    let got = 0;
    let began = 0;
    const socket = connect({
      ...target,
      noDelay: true,
      onread: {
        buffer: Buffer.alloc(256 * 1024),
        callback(count) {
          if (got === 0) began = performance.now();
          got += count;
          if (got < task.bytes) return true;
          resolve({ took: performance.now() - began });
          socket.destroy();
          return false;
        },
      },
    });
    socket.on('error', reject).on('close', () => reject(new Error(`closed after ${got} of ${task.bytes} bytes`)));
    socket.write(opening(task));
  });
}

async function echoRounds(target: Target, task: Task & { do: 'echo' }): Promise<FromClient> {
  const socket = connect({ ...target, noDelay: true });
  let wake = () => {};
  let head = task.framed ? ACCEPTED.length : 0;
  socket.on('data', (chunk: Buffer) => {
    const ofHead = Math.min(head, chunk.length);
    head -= ofHead;
    if (chunk.length > ofHead || head === 0) wake();
  });
  const question = task.framed ? Buffer.from([0x82, 0x81, 1, 2, 3, 4, 0x20]) : Buffer.from('!');
  const turn = (bytes: Buffer | string) =>
    new Promise<void>((resolve, reject) => {
      wake = resolve;
      socket.once('error', reject).write(bytes);
    }).finally(() => socket.removeAllListeners('error'));
  if (task.framed) await turn(opening(task));
  else {
    socket.write(opening(task));
    // The server answers the task's line with nothing: give it its own read before the first byte.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const roundTripsUs: number[] = [];
  for (let round = -task.warmUp; round < task.rounds; round++) {
    const began = process.hrtime.bigint();
    await turn(question);
    if (round >= 0) roundTripsUs.push(Number(process.hrtime.bigint() - began) / 1000);
  }
  socket.destroy();
  return { roundTripsUs };
}

async function readThenStop(target: Target, task: Task & { do: 'stall' }): Promise<FromClient> {
  const socket = connect(target);
  socket.write(opening(task));
  await new Promise<void>((resolve, reject) => {
    let got = 0;
    socket.on('error', reject);
    socket.on('data', (chunk: Buffer) => {
      got += chunk.length;
      if (got < task.readBytes) return;
      socket.pause();
      resolve();
    });
  });
  await new Promise((resolve) => setTimeout(resolve, task.holdMs));
  socket.destroy();
  return { done: true };
}

async function manyCuts(target: Target, task: Task & { do: 'cuts' }): Promise<FromClient> {
  const outcomes: Outcome[] = [];
  let next = 0;
  const lane = async () => {
    for (let id = next++; id < task.connections; id = next++) outcomes.push(await oneCut(target, task, id));
  };
  await Promise.all(Array.from({ length: task.atOnce }, lane));
  return { outcomes };
}

function oneCut(target: Target, task: Task, id: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const socket = connect({ ...target, allowHalfOpen: true });
    let bytes = 0;
    let ended: string | undefined;
    // A connection that never ends is an outcome too.
    const bound = setTimeout(() => {
      ended ??= 'still open after 5 s';
      socket.destroy();
    }, 5000);
    socket.on('data', (chunk: Buffer) => (bytes += chunk.length));
    socket.on('error', (error: NodeJS.ErrnoException) => (ended ??= error.code ?? error.message));
    socket.on('end', () => {
      ended ??= 'fin';
      // What is sent now arrives only where one direction alone was closed.
      socket.end('late');
    });
    socket.on('close', () => {
      clearTimeout(bound);
      resolve({ id, bytes, ended: ended ?? 'closed' });
    });
    socket.write(`${JSON.stringify({ ...task, id })}\n`);
  });
}

function opening(task: Task): string {
  const line = JSON.stringify(task);
  return 'framed' in task && task.framed ? `${HANDSHAKE}X-Task: ${line}\r\n\r\n` : `${line}\n`;
}

/** Unmasked binary frames of 16 KiB, back to back. */
function binaryFrames(bytes: number): Buffer {
  const frame = Buffer.alloc(4 + 16 * 1024, 1);
  frame.set([0x82, 0x7e, 0x40, 0x00]);
  return Buffer.concat(Array.from({ length: Math.ceil(bytes / frame.length) }, () => frame));
}

function boundTo(server: Server): Target {
  const address = server.address();
  if (address === null) throw new Error('the server does not listen');
  return typeof address === 'string' ? { path: address } : { host: '127.0.0.1', port: address.port };
}

function send(message: FromServer | FromClient): void {
  process.send?.(message);
}
