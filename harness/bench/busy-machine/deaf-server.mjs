// A WebSocket server that upgrades, reads everything, and never answers a ping (RFC 6455, 5.5.2 says it must).
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

const server = createServer();
server.on('upgrade', (request, socket) => {
  const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}${GUID}`).digest('base64');
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
  socket.on('error', () => undefined);
  socket.resume();
});
server.listen(Number(process.env['PORT']), process.env['HOST'], () => console.log('listening'));
process.on('SIGTERM', () => process.exit(0));
