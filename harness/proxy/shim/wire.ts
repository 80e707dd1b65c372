// What the two halves of the stdio shim say to each other: one preamble line on each connection, and lines
// of JSON on the control connection.

import type { Socket } from 'node:net';

export interface ShimOptions {
  /** Near: where the proxy listens. Far: where the proxy dials. */
  socket: string;
  /** A path of its own for the control connection; without one it passes the proxy as the fourth connection. */
  control: string | undefined;
  /** Far: the command, to which near's words are arguments. Near: the command where far has none. */
  command: string[];
  /** Far: laid over the environment of the near half. */
  env: NodeJS.ProcessEnv;
  /** For how long an exit waits for output that is still on its way. */
  drainMs: number;
  /** When far is stopped: between the end of a command's stdin, TERM, and KILL. */
  graceMs: number;
}

export const STREAMS = ['stdin', 'stdout', 'stderr'] as const;
export type StreamName = (typeof STREAMS)[number];

interface StreamPreamble {
  stream: StreamName;
  session: string;
}

export interface ControlPreamble {
  stream: 'control';
  session: string;
  /** Of the near half. */
  pid: number;
  command: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Near leads a process group: a signal it gets was most likely meant for the group. */
  leader: boolean;
}

export type Preamble = StreamPreamble | ControlPreamble;

export interface ToFar {
  signal: NodeJS.Signals;
}

export type ToNear = { started: number } | { exit: number } | { signal: NodeJS.Signals } | { failed: string };

/** A stand-in that has come to the relay, and one whose command could not be executed. Descriptors come with the first. */
export type Arrival = { streams: number[] } | { notStarted: string };

export type ToStandIn = { become: { command: readonly string[]; env: Readonly<Record<string, string>> } } | { failed: string };

/** What the far half or the relay says on its stdout, a line of JSON each, after the line `listening`. */
export type FarReport =
  | { session: string; started: number; near: number }
  | { session: string; ended: Ending }
  /** Bytes were given up that a stream had taken: what the system suffers from it is not its fault. */
  | { session: string; lost: string };

/** What the relay says on its stdout before it listens. */
export type RelayWay = { way: 'beside' } | { way: 'between'; why: string };

export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
  /**
   * What its parent had done before: sent it a signal, ended its stdin, or stopped reading what it prints. A fault that
   * ends one of these streams counts as the parent here, for the command cannot tell them apart.
   */
  askedBy?: 'signal' | 'end of stdin' | 'closed output';
  /** The last lines that it wrote to stderr; only where it ended badly and nobody had asked. */
  lastWords?: string[];
}

export function say(socket: Socket, message: Preamble | ToFar | ToNear): void {
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
}

/** A preamble carries an environment, which may be large. */
const LINE_BYTES_MAX = 8 * 1024 * 1024;

/** The first line; what came after it goes back into the paused socket. Undefined when none comes. */
export function firstLine(socket: Socket): Promise<string | undefined> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    const settle = (line: string | undefined) => {
      socket.off('data', read).off('end', none).off('close', none);
      resolve(line);
    };
    const none = () => settle(undefined);
    const read = (chunk: Buffer) => {
      const newline = chunk.indexOf(0x0a);
      parts.push(newline < 0 ? chunk : chunk.subarray(0, newline));
      bytes += chunk.length;
      if (newline < 0 && bytes <= LINE_BYTES_MAX) return;
      socket.pause();
      settle(newline < 0 ? undefined : Buffer.concat(parts).toString());
      if (newline >= 0 && newline + 1 < chunk.length) socket.unshift(chunk.subarray(newline + 1));
    };
    socket.on('data', read).on('end', none).on('close', none);
  });
}

export function onMessages(socket: Socket, take: (message: unknown) => void): void {
  let pending = '';
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    const lines = (pending + text).split('\n');
    pending = lines.pop() ?? '';
    for (const line of lines) take(JSON.parse(line));
  });
  socket.resume();
}
