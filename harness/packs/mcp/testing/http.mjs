// An MCP server over streamable HTTP, as the official TypeScript SDK has it, which does everything well. PORT: 3000 by default.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';

const PORT = Number(process.env.PORT ?? 3000);
const names = [`127.0.0.1:${PORT}`, `localhost:${PORT}`];
const sessions = new Map();
/** Of all sessions, in the order in which they were sent: `{ id, stream, message }`. */
const events = [];
const eventStore = {
  async storeEvent(stream, message) {
    const id = `${stream}_${events.length}`;
    events.push({ id, stream, message });
    return id;
  },
  async getStreamIdForEventId(last) {
    return events.find(({ id }) => id === last)?.stream;
  },
  async replayEventsAfter(last, { send }) {
    const from = events.findIndex(({ id }) => id === last);
    const stream = events[from]?.stream ?? '';
    for (const each of events.slice(from + 1)) if (each.stream === stream) await send(each.id, each.message);
    return stream;
  },
};

const http = createServer((request, response) => {
  serve(request, response).catch(() => response.destroy());
});
http.listen(PORT, '127.0.0.1');

async function serve(request, response) {
  if (new URL(request.url, 'http://localhost').pathname !== '/mcp') return answer(response, 404, 'Not found');
  const id = request.headers['mcp-session-id'];
  if (id !== undefined && !sessions.has(id)) return answer(response, 404, 'Session not found');
  const transport = sessions.get(id) ?? (await newSession());
  await transport.handleRequest(request, response);
}

function answer(response, status, message) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ jsonrpc: '2.0', error: { code: -32_000, message }, id: null }));
}

async function newSession() {
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    eventStore,
    enableDnsRebindingProtection: true,
    allowedHosts: names,
    allowedOrigins: names.map((name) => `http://${name}`),
    onsessioninitialized: (id) => void sessions.set(id, transport),
    onsessionclosed: (id) => void sessions.delete(id),
  });
  await newServer().connect(transport);
  return transport;
}

function newServer() {
  const server = new McpServer({ name: 'http', version: '1.0.0' });
  server.registerTool('hello', { description: 'Says hello.' }, () => ({ content: [{ type: 'text', text: 'hello' }] }));
  server.registerTool('nap', { description: 'Sleeps for half a minute.' }, (extra) => nap(extra.signal));
  return server;
}

function nap(signal) {
  const child = spawn('sleep', ['30'], { stdio: 'ignore' });
  signal.addEventListener('abort', () => child.kill());
  return new Promise((resolve) => child.on('exit', () => resolve({ content: [{ type: 'text', text: 'awake' }] })));
}

process.on('SIGTERM', () => {
  for (const transport of sessions.values()) void transport.close();
  http.close(() => process.exit(0));
  http.closeAllConnections();
});
