// A node for the contract of node faults: does over HTTP what a fault is to spoil, and answers in JSON how it went.
// Runs as `node target.ts [with-child] [writes-at-start] [prints-errors]`.
import { execFile, spawn } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';

const words = new Set(process.argv.slice(2));
const { HOST, PORT, STATE = '', PEER_HOST, PEER_PORT } = process.env;
const held: number[] = [];
const taken: Buffer[] = [];

type Ask = (parameters: URLSearchParams) => unknown;
const ASKS: Record<string, Ask> = {
  '/environment': () => process.env,
  '/run': (parameters) => run(parameters.get('program') ?? ''),
  '/print': (parameters) => print(Number(parameters.get('lines'))),
  '/open': (parameters) => openMany(Number(parameters.get('count')), Number(parameters.get('ms'))),
  '/close': () => held.splice(0).forEach((fd) => closeSync(fd)),
  '/fork': (parameters) => Promise.all(Array.from({ length: Number(parameters.get('count')) }, () => fork())),
  '/take': (parameters) => void taken.push(Buffer.alloc(Number(parameters.get('MiB')) * 1024 * 1024, 1)),
  '/write': (parameters) => writeMany(Number(parameters.get('times'))),
  '/peer': () => dialPeer(),
};

process.on('SIGUSR2', () => console.log('heard SIGUSR2'));
process.on('SIGTERM', () => process.exit(0));
if (words.has('with-child'))
  spawn('sh', ['-c', `trap 'echo the child heard SIGUSR2' USR2; echo the child is there; while :; do sleep 0.1; done`], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
if (words.has('writes-at-start')) console.log(`first writes: ${JSON.stringify(writeMany(2).map(({ how }) => how))}`);

createServer((question, answer) => {
  const { pathname, searchParams } = new URL(question.url ?? '/', 'http://target');
  void (async () => answer.end(JSON.stringify((await ASKS[pathname]?.(searchParams)) ?? 'done')))();
}).listen(Number(PORT), HOST, () => console.log('ready to serve'));

function run(program: string): Promise<string> {
  return new Promise((resolve) => {
    execFile(program, ['--version'], (error, stdout) => resolve(error ? String(error.code) : stdout.trim()));
  });
}

function print(lines: number): void {
  const stream = words.has('prints-errors') ? process.stderr : process.stdout;
  for (let number = 1; number <= lines; number += 1) stream.write(`${number} ${'x'.repeat(1_000)}\n`);
  stream.write('all is printed\n');
}

/** Answers so many milliseconds later: the connection of the question takes a descriptor too. */
async function openMany(count: number, ms: number): Promise<string> {
  try {
    for (let number = 0; number < count; number += 1) held.push(openSync('/dev/null', 'r'));
    return 'ok';
  } catch (error) {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return codeOf(error);
  }
}

function fork(): Promise<string> {
  return new Promise((resolve) => {
    spawn('sleep', ['1'], { stdio: 'ignore' })
      .on('spawn', () => resolve('ok'))
      .on('error', (error) => resolve(codeOf(error)));
  });
}

/** Each write opens the file anew, as a log does that may be rotated. */
function writeMany(times: number): { how: string; tookMs: number }[] {
  return Array.from({ length: times }, () => {
    const startedMs = performance.now();
    const fd = openSync(join(STATE, 'log'), 'a');
    try {
      const written = writeSync(fd, '0123456789');
      return { how: written === 10 ? 'ok' : `${written} of 10`, tookMs: performance.now() - startedMs };
    } catch (error) {
      return { how: codeOf(error), tookMs: performance.now() - startedMs };
    } finally {
      closeSync(fd);
    }
  });
}

function dialPeer(): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(PEER_PORT), PEER_HOST ?? '');
    const answer = (how: string): void => {
      socket.destroy();
      resolve(how);
    };
    socket.setTimeout(700, () => answer('silence'));
    socket.once('connect', () => answer('connected'));
    socket.once('error', (error) => answer(codeOf(error)));
  });
}

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException).code);
}
