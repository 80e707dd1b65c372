// An HTTP server that holds one number: POST adds one, GET tells.
import { createServer } from 'node:http';

const { HOST, PORT } = process.env;
let number = 0;

const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (part) => (body += part));
  request.on('end', () => {
    if (request.method === 'POST') number += 1;
    const reply = JSON.stringify({ number, got: body });
    response.setHeader('content-length', Buffer.byteLength(reply));
    response.end(reply);
  });
});
server.keepAliveTimeout = 30_000;

process.on('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
});
server.listen(Number(PORT), HOST, () => console.log('ready'));
