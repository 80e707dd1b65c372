// An MCP server over stdio that keeps a state of its own in HOME, of the last three sessions. With the mistake `keeps-all` of every one.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const folder = join(process.env.HOME, '.keeps', 'sessions');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, `${Date.now()}`), '');
if (process.env.MISTAKES !== 'keeps-all') for (const old of readdirSync(folder).toSorted().slice(0, -3)) rmSync(join(folder, old));

const say = (id, result) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`);
createInterface({ input: process.stdin }).on('line', (text) => {
  const { id, method } = JSON.parse(text);
  if (id === undefined) return;
  if (method !== 'initialize') return say(id, {});
  say(id, { protocolVersion: '2025-06-18', capabilities: {}, serverInfo: { name: 'keeps', version: '1' } });
});
