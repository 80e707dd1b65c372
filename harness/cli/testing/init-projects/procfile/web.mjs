// Asks the API for whatever it is asked.
import { createServer, get } from 'node:http';

const api = process.env.API_URL ?? 'http://127.0.0.1:5000';
const server = createServer((_request, response) => {
  get(api, { agent: false }, (answer) => void answer.pipe(response)).on('error', () => response.writeHead(502).end());
});
server.listen(Number(process.env.PORT ?? 5100), process.env.HOST ?? '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
