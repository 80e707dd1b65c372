// A child that is talked to over stdio: a line of JSON for each that it gets. Only the end of its stdin ends it, and
// with --stubborn not even that; with --slow after a second and a half.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

process.on('SIGTERM', () => {});
const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const { ask } = JSON.parse(line) as { ask: string };
  const { TORNWIRE_NODE: node, GREETING: greeting } = process.env;
  if (ask === 'leave something') spawn('sleep', ['600'], { detached: true, stdio: 'ignore' }).unref();
  const answer = { answer: ask.toUpperCase(), args: process.argv.slice(2), node, greeting, pid: process.pid };
  process.stdout.write(`${JSON.stringify(answer)}\n`);
});
if (process.argv.includes('--slow')) lines.on('close', () => setTimeout(() => {}, 1_500));
if (process.argv.includes('--stubborn')) lines.on('close', () => setInterval(() => {}, 1_000));
