// A node for the contract of file and clock faults: it does to its own files and says of its own clocks what it is
// asked for, over HTTP. Runs as `node keeper.ts`.
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';

const { HOME = '.', HOST, PORT } = process.env;
mkdirSync(join(HOME, 'notes'), { recursive: true });
mkdirSync(join(HOME, 'kept'), { recursive: true });
for (const name of ['b', 'a']) {
  writeFileSync(join(HOME, 'notes', `${name}.jsonl`), '{"first":1}\n{"second":2}\n');
  // The kernel notes the making of a file by its timer tick, up to 10 ms long: b is the older one.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
}

type Act = (words: URLSearchParams) => unknown;

const ACTS: Record<string, Act> = {
  append: (words) => appendFileSync(at(words), words.get('text') ?? ''),
  write: (words) => writeFileSync(at(words), 'x'.repeat(Number(words.get('bytes') ?? 1))),
  read: (words) => readFileSync(at(words), 'latin1'),
  clocks: () => ({ wallMs: Date.now(), monotonicMs: performance.now() }),
  /** What a child of its own says. */
  childs: () => Number(spawnSync(process.execPath, ['-e', 'console.log(Date.now())'], { encoding: 'utf8' }).stdout),
  timer: (words) => new Promise((resolve) => setTimeout(() => resolve('rang'), Number(words.get('ms')))),
  dial: (words) =>
    new Promise((resolve) => {
      const socket = connect(at(words), () => {
        socket.destroy();
        resolve('connected');
      });
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    }),
};

const server = createServer((question, answer) => {
  const { pathname, searchParams } = new URL(question.url ?? '/', 'http://keeper');
  Promise.resolve()
    .then(() => ACTS[pathname.slice(1)]?.(searchParams))
    .then(
      (value) => answer.end(JSON.stringify({ value: value ?? null })),
      (error: NodeJS.ErrnoException) => answer.end(JSON.stringify({ failed: error.code ?? error.message })),
    );
});
server.listen(Number(PORT), HOST, () => console.log('ready to keep'));
process.on('SIGTERM', () => server.close(() => process.exit(0)).closeAllConnections());

function at(words: URLSearchParams): string {
  return join(HOME, words.get('file') ?? '');
}
