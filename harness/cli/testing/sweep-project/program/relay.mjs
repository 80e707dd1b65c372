// Passes requests of many clients on to the store, over one connection that it opens again when it is lost. Who has not sent a whole line
// after OPENING_WITHIN_MS is given up. BUG=deaf: it does not dial again when the store was there before. BUG=young: that ends with
// the first `clear`. BUG=patient: it waits for a first line for ever. BUG=one-by-one: nobody is served before who came earlier has sent a line. BUG=clock: what is
// earlier than the last request is no time. BUG=leaves: each `set` starts a helper of its own group, a `get`
// of the key `last` ends all of them, and a SIGTERM none.
import { spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { linesOf } from './lines.mjs';

const { HOST, PORT, STORE_HOST, STORE_PORT, OPENING_WITHIN_MS, BUG } = process.env;
const WITHIN_MS = 1_000;
const waiting = new Map();
let store;
let ids = 0;
let wasCleared = false;
const helpers = new Set();

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
    const isDeaf = BUG === 'deaf' || (BUG === 'young' && !wasCleared);
    if (!(isDeaf && connected)) setTimeout(dial, 50);
  });
  linesOf(socket, (reply) => waiting.get(reply.id)?.(reply));
}

function help({ op, key }) {
  if (op === 'set') helpers.add(spawn('sleep', ['60'], { stdio: 'ignore', detached: true }));
  if (op !== 'get' || key !== 'last') return;
  for (const helper of helpers) helper.kill('SIGKILL');
  helpers.clear();
}

let lastMs = 0;
let turn = Promise.resolve();

createServer(async (socket) => {
  socket.on('error', () => socket.destroy());
  const before = turn;
  const opened = new Promise((resolve) => socket.once('line', resolve).once('close', resolve));
  if (BUG === 'one-by-one') {
    turn = opened;
    await before;
  }
  const isPatient = BUG === 'patient' || BUG === 'one-by-one';
  const opening = isPatient ? undefined : setTimeout(() => socket.destroy(), Number(OPENING_WITHIN_MS));
  socket.once('line', () => clearTimeout(opening)).once('close', () => clearTimeout(opening));
  linesOf(socket, (request) => {
    socket.emit('line');
    if (BUG === 'clock' && Date.now() < lastMs) return socket.destroy();
    lastMs = Date.now();
    wasCleared ||= request.op === 'clear';
    if (BUG === 'leaves') help(request);
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
