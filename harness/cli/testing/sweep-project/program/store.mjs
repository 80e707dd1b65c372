// Keeps values by key: one JSON request on a line, one JSON answer on a line. Each value is in a file of its own too, and at most
// KEYS_MAX of them are kept: the oldest goes; `clear` forgets them all. BUG=disk: one value that could not be written is the last one that is taken.
// BUG=bound: what is full stays full. BUG=descriptors: it looks at its folder again and again, and does not expect to fail.
import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { linesOf } from './lines.mjs';

const { HOST, PORT, FOLDER, KEYS_MAX = '1000', BUG } = process.env;
const values = new Map();
let isBroken = false;

function kept(key, value) {
  if (isBroken) return false;
  if (!values.has(key) && values.size >= Number(KEYS_MAX)) {
    if (BUG === 'bound') return false;
    values.delete(values.keys().next().value);
  }
  const draft = join(FOLDER, `${key}.draft`);
  try {
    writeFileSync(draft, value.padEnd(8_192));
    renameSync(draft, join(FOLDER, key));
  } catch {
    rmSync(draft, { force: true });
    isBroken = BUG === 'disk';
    return false;
  }
  values.set(key, value);
  return true;
}

createServer((socket) => {
  socket.on('error', () => socket.destroy());
  linesOf(socket, ({ id, op, key, value }) => {
    if (op === 'clear') {
      for (const each of values.keys()) rmSync(join(FOLDER, each), { force: true });
      values.clear();
    }
    const answer = op !== 'set' || kept(key, value) ? { value: values.get(key) ?? null } : { error: 'it cannot be kept' };
    socket.write(`${JSON.stringify({ id, op: 'answer', ...answer })}\n`);
  });
}).listen(Number(PORT), HOST, () => console.error('listening'));
if (BUG === 'descriptors') setInterval(() => readdirSync(FOLDER), 20);
process.on('SIGTERM', () => process.exit(0));
