// Takes lines on a socket and passes each to a child over its stdin; what the child prints goes back. One child for all.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

const { HOST, PORT, CHILD } = process.env;
const [command, ...words] = JSON.parse(CHILD);
const asking = [];
let stopping = false;

const child = spawn(command, words, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
child.stderr.resume();
child.stdin.on('error', () => undefined);
createInterface({ input: child.stdout }).on('line', (line) => asking.shift()?.write(`${line}\n`));
child.on('close', (code, signal) => {
  if (stopping) process.exit(0);
  for (const socket of asking.splice(0)) socket.write(`{"gone":${JSON.stringify(signal ?? code)}}\n`);
});

const server = createServer((socket) => {
  socket.on('error', () => socket.destroy());
  createInterface({ input: socket }).on('line', (line) => {
    asking.push(socket);
    child.stdin.write(`${line}\n`);
  });
});

process.on('SIGTERM', () => {
  stopping = true;
  server.close();
  if (child.exitCode !== null || child.signalCode !== null) process.exit(0);
  child.stdin.end();
});
server.listen(Number(PORT), HOST, () => console.log('ready'));
