// A server that has something everywhere that could outlive it: a child over stdio, an orphan with an environment and a session of
// its own, files, and a socket file. When it is told to stop, it takes all of it along.
import { execFileSync, spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const { HOST, PORT, FILE, CHILD } = process.env;
const orphan = Number(execFileSync('setsid', ['/bin/sh', '-c', 'sleep 600 > /dev/null 2>&1 & echo $!'], { env: {} }));
const scratch = join(tmpdir(), 'scratch');
writeFileSync(scratch, 'x');
writeFileSync('data', 'x');

const [program, ...words] = JSON.parse(CHILD);
const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'] });
const waiting = [];
child.stdout.on('data', (answer) => waiting.shift()?.write(answer));

const answer = (socket) => {
  socket.on('error', () => {});
  socket.on('data', (line) => {
    waiting.push(socket);
    child.stdin.write(line);
  });
};
createServer(answer).listen(FILE, () => createServer(answer).listen(Number(PORT), HOST, () => console.log('listening')));
process.on('SIGTERM', () => {
  process.kill(orphan);
  for (const file of [FILE, scratch]) rmSync(file);
  process.exit(0);
});
