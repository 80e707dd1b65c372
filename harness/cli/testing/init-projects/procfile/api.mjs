// Answers every request with a number.
import { createServer } from 'node:http';

const server = createServer((_request, response) => response.end('1'));
server.listen(Number(process.env.PORT ?? 5000), process.env.HOST ?? '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
