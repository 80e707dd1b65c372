// A WebSocket echo server by hand, for the tests of the pack. MISTAKES names what it does wrong, with commas between; nothing
// by default. PORT: 8080 by default.
import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { isUtf8 } from 'node:buffer';

const mistakes = new Set((process.env.MISTAKES ?? '').split(','));
const does = (mistake) => mistakes.has(mistake);
const clients = new Set();
const kept = [];

const server = createServer({ allowHalfOpen: does('keeps-sockets') }, (socket) => {
  const client = { socket, rest: Buffer.alloc(0), open: false, closing: false, parts: [], opcode: 0, isFull: false };
  clients.add(client);
  if (does('keeps-memory')) kept.push(Buffer.alloc(300_000, 1));
  socket.on('data', (bytes) => read(client, bytes));
  socket.on('drain', () => (client.isFull = false));
  socket.on('close', () => clients.delete(client));
  socket.on('end', () => {
    if (does('dies-without-close') && client.open && !client.closing) throw new Error('the client went without a close frame');
  });
  if (!does('dies-of-resets')) socket.on('error', () => socket.destroy());
});
server.listen(Number(process.env.PORT ?? 8080), '127.0.0.1');

process.on('SIGTERM', () => {
  if (does('throws-on-term')) throw new Error('this was not expected');
  // Lawful: an exit code says no more than that it was a signal.
  if (does('ends-with-1')) process.exit(1);
  server.close(() => process.exit(0));
  if (does('waits-for-clients')) return;
  for (const client of clients) fail(client, 1001);
  process.exit(0);
});

function read(client, bytes) {
  if (!client.open && does('upgrade-in-one-read') && !bytes.includes('\r\n\r\n')) return client.socket.destroy();
  client.rest = Buffer.concat([client.rest, bytes]);
  if (!client.open) upgrade(client);
  while (client.open) {
    const frame = frameIn(client.rest);
    if (frame === undefined) return client.rest.length > 0 && does('frame-in-one-read') ? fail(client, 1002) : undefined;
    client.rest = client.rest.subarray(frame.length);
    take(client, frame);
  }
}

function upgrade(client) {
  const end = client.rest.indexOf('\r\n\r\n');
  if (end < 0) return;
  const head = client.rest.subarray(0, end).toString('latin1');
  const key = /^sec-websocket-key:\s*(\S+)/im.exec(head)?.[1];
  if (!/^GET \/ws[ ?]/.test(head) || key === undefined) return client.socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n');
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  const headers = ['upgrade: websocket', 'connection: Upgrade', `sec-websocket-accept: ${does('wrong-accept') ? key : accept}`];
  client.socket.write(`HTTP/1.1 101 Switching Protocols\r\n${headers.join('\r\n')}\r\n\r\n`);
  client.rest = client.rest.subarray(end + 4);
  client.open = true;
}

/** RFC 6455, 5.2. */
function frameIn(bytes) {
  if (bytes.length < 2) return undefined;
  let size = bytes[1] & 0x7f;
  let at = 2;
  if (size === 126) {
    if (bytes.length < 4) return undefined;
    size = bytes.readUInt16BE(2);
    at = 4;
  } else if (size === 127) {
    // As a frame that means nothing.
    if (does('short-lengths')) return { length: bytes.length, fin: true, reserved: 0x70, opcode: 1, isMasked: true, payload: bytes };
    if (bytes.length < 10) return undefined;
    size = Number(bytes.readBigUInt64BE(2));
    at = 10;
  }
  const isMasked = bytes[1] >= 0x80;
  const mask = isMasked ? bytes.subarray(at, (at += 4)) : undefined;
  if (bytes.length < at + size) return undefined;
  const payload = Buffer.from(bytes.subarray(at, at + size));
  if (mask) for (let index = 0; index < size; index++) payload[index] ^= mask[index % 4];
  return { length: at + size, fin: bytes[0] >= 0x80, reserved: bytes[0] & 0x70, opcode: bytes[0] & 0x0f, isMasked, payload };
}

function take(client, { fin, reserved, opcode, isMasked, payload }) {
  if (!isMasked && !does('takes-unmasked')) return fail(client, 1002);
  if ((reserved !== 0 || ![0, 1, 2, 8, 9, 10].includes(opcode) || (opcode >= 8 && !fin)) && !does('takes-reserved'))
    return fail(client, 1002);
  switch (opcode) {
    case 8:
      if (!does('no-close-frame')) write(client, 8, payload.subarray(0, 2));
      client.closing = true;
      return client.socket.end();
    case 9:
      return write(client, 10, does('empty-pong') ? '' : payload);
    case 10:
      return;
    default:
      return message(client, fin, opcode, payload);
  }
}

function message(client, fin, opcode, payload) {
  if (does('no-fragments') && !fin) return fail(client, 1002);
  if (opcode !== 0) client.opcode = opcode;
  client.parts.push(payload);
  if (!fin) return;
  const whole = Buffer.concat(client.parts);
  client.parts = [];
  if (client.opcode === 1 && !isUtf8(whole) && !does('takes-any-text')) return fail(client, 1007);
  write(client, client.opcode, whole);
}

function fail(client, code) {
  if (!client.open) return client.socket.destroy();
  const payload = Buffer.alloc(2);
  payload.writeUInt16BE(code);
  write(client, 8, payload);
  client.closing = true;
  client.socket.end();
}

function write(client, opcode, payload) {
  // As by a send that blocks: nobody gets anything while one client's buffers are full.
  if (does('waits-for-slow') && [...clients].some(({ isFull }) => isFull)) return setTimeout(() => write(client, opcode, payload), 20);
  const bytes = Buffer.from(payload);
  const size =
    bytes.length < 126 ? [bytes.length] : bytes.length < 65_536 ? [126, bytes.length >> 8, bytes.length & 0xff] : long(bytes.length);
  client.isFull = !client.socket.write(Buffer.concat([Buffer.from([0x80 | opcode, ...size]), bytes]));
}

function long(length) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(length));
  return [127, ...bytes];
}
