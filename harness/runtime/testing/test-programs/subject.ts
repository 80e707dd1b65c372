// A node for the contract of runtimes: serves one listener in HTTP, where `GET /` answers with its name and `GET /peer`
// with its peer's, and misbehaves as its words say. Runs as `node subject.ts [word ...]`.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer, get } from 'node:http';
import { join } from 'node:path';

const words = new Set(process.argv.slice(2));
const { NAME = 'subject', HOST, PORT, SOCKET_PATH, PEER_HOST, PEER_PORT } = process.env;

if (words.has('dies')) {
  console.log('I was about to start');
  console.error('but the disk is full');
  process.exit(7);
}
if (words.has('ignores-term')) process.on('SIGTERM', () => console.log('no'));
else process.on('SIGTERM', () => server.close(() => process.exit(0)).closeAllConnections());
if (words.has('ends-with-stdin')) process.stdin.resume().on('end', () => process.exit(3));
if (words.has('forks-twice')) forkTwice();
if (words.has('writes-home')) writeFileSync(join(process.env['HOME'] ?? '.', 'settings.json'), '{}');
if (words.has('writes-lines')) writeLines();

const server = createServer((question, answer) => {
  if (question.url === '/end') {
    answer.end('ending', () => process.kill(process.pid, 'SIGKILL'));
    return;
  }
  if (question.url === '/environment') {
    answer.end(JSON.stringify(process.env));
    return;
  }
  if (question.url === '/peer') {
    get({ host: PEER_HOST, port: Number(PEER_PORT), path: '/', agent: false }, (reply) => reply.pipe(answer)).on('error', (error) =>
      answer.end(error.message),
    );
    return;
  }
  answer.end(NAME);
});
server.on('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
if (SOCKET_PATH === undefined) server.listen(Number(PORT), HOST, up);
else server.listen(SOCKET_PATH, up);

function up(): void {
  if (words.has('silent')) return;
  console.log('ready to serve');
}

/** The child ends at once, the grandchild lives on in a session of its own with its output closed. */
function forkTwice(): void {
  const grandchild = `require('node:child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 600000)'], { detached: true, stdio: 'ignore' }).unref()`;
  spawn(process.execPath, ['-e', grandchild], { detached: true, stdio: 'ignore' }).on('exit', () => console.log('forked twice'));
}

/** Pieces that end inside a line and inside a character, separators that are not ours, and a line that is too long. */
function writeLines(): void {
  process.stderr.write('to stderr\n');
  process.stdout.write(Buffer.from('caf\u00e9').subarray(0, 4));
  setTimeout(() => {
    process.stdout.write(Buffer.concat([Buffer.from('caf\u00e9').subarray(4), Buffer.from(' one\u2028still one\r\n\ntwo\n')]));
    process.stdout.write(`${'x'.repeat(100_000)}\n`);
    process.stdout.write('lines written\n');
  }, 5);
}
