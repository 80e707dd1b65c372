// Opens a WebSocket connection for every line that it gets, passes the line on as one message, and gives the answer back.
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

const { HOST, PORT, BACK_HOST, BACK_PORT } = process.env;
const PONG = 0x8a;
const KEPT_MS = 1_000;

function handshakeKey() {
  return randomBytes(16).toString('base64');
}

function masked(opcode, payload) {
  const mask = randomBytes(4);
  return Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | payload.length]), mask, payload.map((byte, at) => byte ^ mask[at % 4])]);
}

function pass(line, done) {
  const headers = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': handshakeKey() };
  const asking = request({ host: BACK_HOST, port: Number(BACK_PORT), headers, agent: false });
  asking.on('error', () => done({ lost: true }));
  asking.on('upgrade', (response, socket, head) => {
    let bytes = head;
    const hear = () => {
      while (bytes[0] === PONG && bytes.length >= 2 + bytes[1]) bytes = bytes.subarray(2 + bytes[1]);
      if (bytes.length < 2 || bytes.length < 2 + bytes[1] || bytes[0] === PONG) return;
      done(JSON.parse(bytes.subarray(2, 2 + bytes[1]).toString()));
      socket.removeListener('data', take);
      socket.resume();
      setTimeout(() => socket.end(masked(8, Buffer.from([3, 232]))), KEPT_MS);
    };
    const take = (part) => {
      bytes = Buffer.concat([bytes, part]);
      hear();
    };
    socket.on('error', () => socket.destroy());
    socket.on('close', () => done({ lost: true }));
    socket.on('data', take);
    socket.write(masked(9, Buffer.from('still there?')));
    socket.write(masked(1, Buffer.from(line)));
    hear();
  });
  asking.end();
}

const server = createServer((socket) => {
  socket.on('error', () => socket.destroy());
  createInterface({ input: socket }).on('line', (line) => {
    let answered = false;
    pass(line, (reply) => {
      if (!answered) socket.write(`${JSON.stringify(reply)}\n`);
      answered = true;
    });
  });
});

process.on('SIGTERM', () => process.exit(0));
server.listen(Number(PORT), HOST, () => console.log('ready'));
