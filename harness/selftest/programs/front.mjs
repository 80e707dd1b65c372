// Keeps a copy of the number that the server behind it holds. Dials again when the connection is lost.
import { connect, createServer } from 'node:net';

const { HOST, PORT, BACK_HOST, BACK_PORT, BACK_SOCKET } = process.env;
const RETRY_MS = 100;
const state = { copy: null, dials: 0 };
let back;
let waiting = [];

function dial() {
  state.dials += 1;
  const socket = connect(BACK_SOCKET ? { path: BACK_SOCKET } : { host: BACK_HOST, port: Number(BACK_PORT) });
  back = socket;
  let text = '';
  socket.setEncoding('utf8');
  socket.on('connect', () => ask('"watch"', (number) => (state.copy = number)));
  socket.on('error', () => undefined);
  socket.on('data', (part) => {
    text += part;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      hear(JSON.parse(text.slice(0, end)));
      text = text.slice(end + 1);
    }
  });
  socket.on('end', () => socket.end());
  socket.on('close', () => {
    for (const { done } of waiting.splice(0)) done({ lost: true });
    setTimeout(dial, RETRY_MS);
  });
}

function ask(line, done) {
  waiting.push({ line, done });
  back.write(`${line}\n`);
}

function hear(message) {
  if (message?.now !== undefined) state.copy = message.now;
  else waiting.shift()?.done(message);
}

const server = createServer((socket) => {
  let text = '';
  socket.setEncoding('utf8');
  socket.on('error', () => socket.destroy());
  socket.on('data', (part) => {
    text += part;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      const line = text.slice(0, end);
      text = text.slice(end + 1);
      if (line === '"copy"') socket.write(`${JSON.stringify(state.copy)}\n`);
      else if (line === '"dials"') socket.write(`${state.dials}\n`);
      else ask(line, (reply) => socket.write(`${JSON.stringify(reply)}\n`));
    }
  });
});

process.on('SIGTERM', () => process.exit(0));
dial();
server.listen(Number(PORT), HOST, () => console.log('ready'));
