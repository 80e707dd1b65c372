// Talks over stdin and stdout: every line is a JSON text and gets one line back. Ends with the end of stdin.
import { writeSync } from 'node:fs';

const LOGGED_BYTES = Number(process.env.LOGGED_BYTES ?? 0);
let number = 0;
let text = '';

function answer(asked) {
  if (asked === 'ping') return 'pong';
  if (asked === 'add') return (number += 1);
  if (asked === 'get') return number;
  if (asked === 'log') {
    writeSync(2, '.'.repeat(LOGGED_BYTES));
    return 'logged';
  }
  return asked;
}

process.stdin.setEncoding('utf8');
process.stdin.on('data', (part) => {
  text += part;
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
    const line = text.slice(0, end);
    text = text.slice(end + 1);
    process.stdout.write(`${JSON.stringify(answer(JSON.parse(line)))}\n`);
  }
});
process.stdin.on('end', () => process.exit(0));
process.stdout.on('error', () => process.exit(0));
