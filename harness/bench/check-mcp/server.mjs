// A tiny MCP server over stdio. Its argument names the one mistake that it makes; without one it makes none.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';

const [, , mistake] = process.argv;
const makes = (name) => mistake === name;
const LONG = 'what a tool says of itself '.repeat(120);

/** The next line waits until this one is on its way: who is not read does not pile up answers. */
let waiting = Promise.resolve();
function say(message) {
  const text = `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`;
  waiting = waiting.then(() => new Promise((resolve) => process.stdout.write(text, () => resolve())));
}

function call(id, { message = '' } = {}) {
  if (makes('crashes')) throw new Error('a tool has failed');
  if (makes('exits-7')) process.exit(7);
  if (makes('aborts')) process.abort();
  if (makes('logs-on-stdout')) process.stdout.write('a call came\n');
  if (makes('leaves-daemon')) spawn('sleep', ['30'], { detached: true, stdio: 'ignore' }).unref();
  if (makes('leaves-child')) spawn('sleep', ['30'], { stdio: 'ignore' }).unref();
  if (makes('writes-file')) writeFileSync(`${process.env.HOME}/.note-${process.pid}`, 'x');
  say({ id, result: { content: [{ type: 'text', text: message }] } });
}

const ANSWERS = {
  initialize: { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 'bench', version: '1' } },
  'tools/list': { tools: [{ name: 'echo', inputSchema: { type: 'object' }, description: LONG }] },
  ping: {},
};

function handle(text) {
  let request;
  try {
    request = JSON.parse(text);
  } catch (error) {
    if (makes('dies-of-garbage')) throw error;
    return say({ id: null, error: { code: -32_700, message: 'Parse error' } });
  }
  const { id, method, params } = request ?? {};
  if (typeof method !== 'string' || id === undefined) return undefined;
  if (method === 'tools/call') return call(id, params?.arguments);
  const result = ANSWERS[method];
  return say(result ? { id, result } : { id, error: { code: -32_601, message: 'Method not found' } });
}

let kept = Buffer.alloc(0);
let keptText = '';
process.stdin.on('data', (chunk) => {
  if (makes('chunk-is-line')) return handle(chunk.toString());
  if (makes('utf8-per-chunk')) {
    const lines = (keptText + chunk.toString()).split('\n');
    keptText = lines.pop();
    return lines.forEach(handle);
  }
  kept = Buffer.concat([kept, chunk]);
  for (let end = kept.indexOf(10); end !== -1; end = kept.indexOf(10)) {
    const line = kept.subarray(0, end).toString();
    kept = kept.subarray(end + 1);
    handle(line);
  }
  return undefined;
});
process.stdin.on('end', () => {
  if (!makes('ignores-eof') && !makes('waits-to-flush')) process.exit(0);
});
process.stdout.on('error', () => process.exit(0));
if (makes('ignores-eof')) setInterval(() => {}, 1_000);
if (makes('ignores-term')) process.on('SIGTERM', () => {});
