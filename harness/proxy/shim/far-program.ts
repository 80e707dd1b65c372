// What the far half and the relay have in common as programs that the harness starts: where they listen, what they tell,
// and when they end.

import fs from 'node:fs';
import net from 'node:net';
import type { Socket } from 'node:net';
import type { FarReport } from './wire.ts';

const PARENT_LOOK_MS = 500;

/** A line on stdout for whoever started this program: which commands run, and how they ended. */
export function report(what: FarReport): void {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}

/** `take` is given sockets that have not been read from. */
export async function listen(path: string, take: (socket: Socket) => void): Promise<net.Server> {
  fs.rmSync(path, { force: true });
  const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true }, take);
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve));
  fs.chmodSync(path, 0o600);
  return server;
}

/** Ends this process by `end` when it is told to, or when whoever started it has gone. */
export function untilStopped(end: () => Promise<void>): void {
  const stop = (): void => void end().finally(() => process.exit(0));
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.once(signal, stop);
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && stop(), PARENT_LOOK_MS);
  process.stdout.on('error', () => {});
}
