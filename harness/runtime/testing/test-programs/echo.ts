// Answers each JSON line with itself, on the address of its arguments: host and port, or a path. A client that leaves says `bye`.
// BUG=keeps-lost: the connection of one that has not is kept. BUG=busy: once one has not, a child is started every 150 ms, and lives
// for 300 ms.
import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

const [where = '', port] = process.argv.slice(2);
const { BUG } = process.env;
const children = new Set<ChildProcess>();
let busy: NodeJS.Timeout | undefined;

function beBusy(): void {
  const start = (): void => {
    const child = spawn('sleep', ['0.3']);
    children.add(child);
    child.once('close', () => children.delete(child));
  };
  if (busy === undefined) start();
  busy ??= setInterval(start, 150);
}

const server = createServer({ allowHalfOpen: true }, (socket) => {
  let saidBye = false;
  socket.on('error', () => undefined);
  createInterface({ input: socket }).on('line', (line) => {
    if (line.includes('"bye"')) saidBye = true;
    else socket.write(`${line}\n`);
  });
  socket.on('end', () => {
    if (!saidBye && BUG === 'busy') beBusy();
    if (saidBye || BUG !== 'keeps-lost') socket.end();
  });
});
const listening = (): void => console.error('listening');
if (port === undefined) server.listen(where, listening);
else server.listen(Number(port), where, listening);
process.on('SIGTERM', () => {
  for (const child of children) child.kill();
  server.close();
  process.exit(0);
});
