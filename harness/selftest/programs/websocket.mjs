// A WebSocket server (RFC 6455) that holds one number. Every text message is a JSON text and gets one message back.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

const { HOST, PORT } = process.env;
const sockets = new Set();
let number = 0;

function answer(asked) {
  if (asked === 'ping') return 'pong';
  if (asked === 'add') return (number += 1);
  if (asked === 'get') return number;
  return asked;
}

function frame(opcode, payload) {
  const head = payload.length < 126 ? Buffer.from([0x80 | opcode, payload.length]) : Buffer.from([0x80 | opcode, 126, 0, 0]);
  if (payload.length >= 126) head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}

/** The first frame of `bytes`, or undefined while it is not whole. Messages of this server are short. */
function frameIn(bytes) {
  if (bytes.length < 2) return undefined;
  const short = bytes[1] & 0x7f;
  const at = short === 126 ? 4 : 2;
  if (bytes.length < at) return undefined;
  const length = short === 126 ? bytes.readUInt16BE(2) : short;
  if (bytes.length < at + 4 + length) return undefined;
  const mask = bytes.subarray(at, at + 4);
  const payload = Buffer.from(bytes.subarray(at + 4, at + 4 + length)).map((byte, index) => byte ^ mask[index % 4]);
  return { opcode: bytes[0] & 0x0f, payload, size: at + 4 + length };
}

function hear(socket, { opcode, payload }) {
  if (opcode === 8) return void socket.end(frame(8, payload));
  if (opcode === 9) return void socket.write(frame(10, payload));
  if (opcode === 1) socket.write(frame(1, Buffer.from(JSON.stringify(answer(JSON.parse(payload.toString()))))));
}

const server = createServer((request, response) => response.writeHead(426).end());
server.on('upgrade', (request, socket, head) => {
  sockets.add(socket);
  const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
  let bytes = head;
  const read = () => {
    for (let got = frameIn(bytes); got; got = frameIn(bytes)) {
      bytes = bytes.subarray(got.size);
      hear(socket, got);
    }
  };
  socket.on('error', () => socket.destroy());
  socket.on('end', () => socket.end());
  socket.on('close', () => sockets.delete(socket));
  socket.on('data', (part) => {
    bytes = Buffer.concat([bytes, part]);
    read();
  });
  read();
});

process.on('SIGTERM', () => process.exit(0));
server.listen(Number(PORT), HOST, () => console.log('ready'));
