// Holds one number. Every line is a JSON text and gets one line back.
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';

const { HOST, PORT, SOCKET } = process.env;
const connections = new Set();
const watchers = new Set();
let number = 0;

function answer(asked, socket) {
  if (asked === 'ping') return 'pong';
  if (asked === 'get') return number;
  if (asked === 'status') return { number, connections: connections.size };
  if (asked === 'watch') {
    watchers.add(socket);
    return number;
  }
  if (asked === 'add') {
    number += 1;
    for (const watcher of watchers) watcher.write(`{"now":${number}}\n`);
    return number;
  }
  return asked;
}

const server = createServer((socket) => {
  connections.add(socket);
  let text = '';
  socket.setEncoding('utf8');
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    connections.delete(socket);
    watchers.delete(socket);
  });
  socket.on('data', (part) => {
    text += part;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      const line = text.slice(0, end);
      text = text.slice(end + 1);
      const reply = answer(JSON.parse(line), socket);
      socket.write(`${JSON.stringify(reply)}\n`);
    }
  });
});

process.on('SIGTERM', () => {
  server.close();
  process.exit(0);
});

if (SOCKET) rmSync(SOCKET, { force: true });
server.listen(SOCKET ? { path: SOCKET } : { host: HOST, port: Number(PORT) }, () => console.log('ready'));
