// Two connected ends to test with, over each transport, and a plain reader in a process of its own.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';

export type PairTransport = 'tcp' | 'unix' | 'pipe';

export interface ConnectedPair extends AsyncDisposable {
  near: net.Socket;
  /** Reads nothing before `resume()`. On a pipe it only reads. */
  far: net.Socket;
}

export async function connectedPair(transport: PairTransport): Promise<ConnectedPair> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tw-pair-'));
  const { near, far, server } = await (transport === 'pipe' ? pipePair(folder) : socketPair(transport, folder));
  for (const end of [near, far]) end.on('error', () => {});
  return {
    near,
    far,
    async [Symbol.asyncDispose]() {
      for (const end of [near, far]) await gone(end);
      server?.close();
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function socketPair(transport: 'tcp' | 'unix', folder: string) {
  const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true });
  if (transport === 'tcp') server.listen(0, '127.0.0.1');
  else server.listen(path.join(folder, 's'));
  await once(server, 'listening');
  const target =
    transport === 'tcp' ? { port: (server.address() as AddressInfo).port, host: '127.0.0.1' } : { path: path.join(folder, 's') };
  const near = net.connect({ ...target, allowHalfOpen: true });
  const [far] = (await once(server, 'connection')) as [net.Socket];
  return { near, far, server };
}

function pipePair(folder: string) {
  const { read, write } = openFifo(path.join(folder, 'p'));
  const near = new net.Socket({ fd: write, readable: false, writable: true });
  const paused = { fd: read, readable: true, writable: false, pauseOnCreate: true };
  const far = new net.Socket(paused);
  return { near, far, server: undefined };
}

const MAKE_FIFO = 'mkfifo';

/** A FIFO blocks its openers until both ends are there, so a third descriptor opens it first. */
function openFifo(file: string): { read: number; write: number } {
  execFileSync(MAKE_FIFO, [file]);
  const both = fs.openSync(file, fs.constants.O_RDWR);
  const read = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  const write = fs.openSync(file, fs.constants.O_WRONLY | fs.constants.O_NONBLOCK);
  fs.closeSync(both);
  return { read, write };
}

async function gone(socket: net.Socket): Promise<void> {
  if (socket.closed) return;
  const closed = once(socket, 'close');
  socket.destroy();
  await closed;
}

export interface CountingReader extends AsyncDisposable {
  /** Connected to the reader; end it to get the count. */
  socket: net.Socket;
  /** What the process saw: the number of its 'data' events and their bytes. */
  count(): Promise<{ reads: number; bytes: number }>;
}

const READER = `
const net = require('node:net');
const [transport, address] = process.argv.slice(1);
let reads = 0, bytes = 0;
const count = (socket) => {
  socket.on('data', (chunk) => { reads += 1; bytes += chunk.length; });
  socket.on('end', () => { console.log(JSON.stringify({ reads, bytes })); process.exit(); });
};
if (transport === 'pipe') { count(new net.Socket({ fd: 0, readable: true, writable: false })); console.log('0'); }
else {
  process.stdin.resume().on('end', () => process.exit());
  const server = net.createServer(count);
  server.listen(transport === 'tcp' ? { port: 0, host: '127.0.0.1' } : { path: address }, () => console.log(server.address().port ?? 0));
}`;

/** A plain Node program that counts its reads. It knows nothing of how the bytes are written. */
export async function countingReader(transport: PairTransport): Promise<CountingReader> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tw-reader-'));
  const file = path.join(folder, 's');
  const fifo = transport === 'pipe' ? openFifo(file) : undefined;
  const child = spawn(process.execPath, ['-e', READER, transport, file], { stdio: [fifo?.read ?? 'pipe', 'pipe', 'inherit'] });
  if (fifo !== undefined) fs.closeSync(fifo.read);
  const lines: string[] = [];
  let text = '';
  child.stdout!.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    lines.splice(0, lines.length, ...text.split('\n').slice(0, -1));
    child.emit('line');
  });
  const line = async (index: number) => {
    while (lines[index] === undefined) await once(child, 'line', { signal: AbortSignal.timeout(30_000) });
    return lines[index];
  };
  const port = Number(await line(0));
  const socket =
    fifo === undefined
      ? net.connect(transport === 'tcp' ? { port, host: '127.0.0.1' } : { path: file })
      : new net.Socket({ fd: fifo.write, readable: false });
  if (fifo === undefined) await once(socket, 'connect');
  return {
    socket,
    async count() {
      socket.end();
      return JSON.parse(await line(1)) as { reads: number; bytes: number };
    },
    async [Symbol.asyncDispose]() {
      await gone(socket);
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}
