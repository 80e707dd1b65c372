// A TCP server that gives every line back; `MISBEHAVE` makes it break on purpose.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';

const { HOST, PORT, MISBEHAVE = '' } = process.env;
if (MISBEHAVE === 'never-ready') {
  console.error('I would rather not');
  process.exit(3);
} else {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      if (MISBEHAVE === 'silent') return;
      if (MISBEHAVE === 'crash') throw new Error('crashed on purpose');
      socket.write(chunk);
    });
  });
  server.listen(Number(PORT), HOST, () => console.error('listening'));
  if (MISBEHAVE === 'grandchild')
    spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' }).unref();
}
