// Keeps values by key: one JSON request on a line, one JSON answer on a line.
import { createServer } from 'node:net';
import { linesOf } from './lines.mjs';

const { HOST, PORT } = process.env;
const values = new Map();

createServer((socket) => {
  socket.on('error', () => socket.destroy());
  linesOf(socket, ({ id, op, key, value }) => {
    if (op === 'set') values.set(key, value);
    socket.write(`${JSON.stringify({ id, op: 'answer', value: values.get(key) ?? null })}\n`);
  });
}).listen(Number(PORT), HOST, () => console.error('listening'));
process.on('SIGTERM', () => process.exit(0));
