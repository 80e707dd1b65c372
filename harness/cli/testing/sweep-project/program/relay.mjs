// Passes requests of many clients on to the store, over one connection that it opens again when it is lost. BUG=deaf: not when it
// was there before.
import { connect, createServer } from 'node:net';
import { linesOf } from './lines.mjs';

const { HOST, PORT, STORE_HOST, STORE_PORT, BUG } = process.env;
const WITHIN_MS = 1_000;
const waiting = new Map();
let store;
let ids = 0;

function dial() {
  const socket = connect(Number(STORE_PORT), STORE_HOST);
  let connected = false;
  socket.on('connect', () => {
    store = socket;
    connected = true;
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    if (store === socket) store = undefined;
    for (const answer of waiting.values()) answer({ error: 'the store is away' });
    if (!(BUG === 'deaf' && connected)) setTimeout(dial, 50);
  });
  linesOf(socket, (reply) => waiting.get(reply.id)?.(reply));
}

createServer((socket) => {
  socket.on('error', () => socket.destroy());
  linesOf(socket, (request) => {
    const id = ++ids;
    const timer = setTimeout(() => answer({ error: 'the store says nothing' }), WITHIN_MS);
    const answer = (reply) => {
      clearTimeout(timer);
      waiting.delete(id);
      if (!socket.destroyed) socket.write(`${JSON.stringify({ ...reply, id: request.id })}\n`);
    };
    if (!store) return answer({ error: 'the store is away' });
    waiting.set(id, answer);
    store.write(`${JSON.stringify({ ...request, id })}\n`);
  });
}).listen(Number(PORT), HOST, () => console.error('listening'));
dial();
process.on('SIGTERM', () => process.exit(0));
