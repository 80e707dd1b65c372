// A model for the checks of an agent, on loopback: it answers every request with the same words, slowly enough to be met in the
// middle of them. It speaks the streaming APIs of OpenAI (Responses, Chat Completions) and of Anthropic (Messages).
//
// By hand: `node main.ts 7700 2000`, then `curl -N localhost:7700/v1/responses -d '{"stream":true}'`
import '../../../node-22.ts';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { dialectAt, type Event } from './dialects.ts';

const [, , host = '127.0.0.1', port = '7700', bytes = '400'] = process.argv;
const PAUSE_MS = 15;
const PIECES = 40;

/** The last word shows that the whole of it has come. */
const LAST_WORD = 'end-of-the-answer';

const server = createServer((request, response) => {
  void answer(request, response).catch(() => response.destroy());
});
server.listen(Number(port), host, () => process.stdout.write(`model: listening at ${host}:${port}\n`));
process.on('SIGTERM', () => process.exit(0));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += String(chunk);
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  const dialect = request.method === 'POST' ? dialectAt(path) : undefined;
  if (dialect === undefined) return json(response, path.endsWith('/models') ? { object: 'list', data: [], models: [] } : {});
  const text = wordsOf(Number(bytes));
  if (!/"stream"\s*:\s*true/.test(body)) return json(response, dialect.whole(text.join('')));
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  for (const event of dialect.begin()) response.write(eventText(event));
  for (const piece of text) {
    for (const event of dialect.piece(piece)) response.write(eventText(event));
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  for (const event of dialect.end(text.join(''))) response.write(eventText(event));
  response.end();
}

function json(response: ServerResponse, value: object): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

function wordsOf(length: number): string[] {
  const word = 'hello '.repeat(Math.ceil(length / PIECES / 6));
  return [...Array.from({ length: PIECES }, () => word), LAST_WORD];
}

function eventText({ name, data }: Event): string {
  return `${name === undefined ? '' : `event: ${name}\n`}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
}
