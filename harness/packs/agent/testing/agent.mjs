// A tiny agent for the tests of the pack: it asks the model of OPENAI_BASE_URL, starts a tool meanwhile, and prints JSON lines. Its
// prompt comes as an argument or on stdin. MISTAKES names what it does wrong, with commas between.
import { spawn, spawnSync } from 'node:child_process';

const mistakes = new Set((process.env.MISTAKES ?? '').split(','));
const does = (mistake) => mistakes.has(mistake);
const say = (type, more = {}) => process.stdout.write(`${JSON.stringify({ type, ...more })}\n`);
if (does('banner')) process.stdout.write('Welcome!\n');
if (!does('dies-of-epipe')) process.stdout.on('error', () => over(1));

for (const signal of ['SIGTERM', 'SIGHUP']) {
  if (does('deaf')) process.on(signal, () => undefined);
  else process.on(signal, () => over(143));
}

let tool;
function over(code) {
  if (!does('leaves-a-tool')) tool?.kill('SIGKILL');
  if (does('exits-before-written')) process.exit(code);
  // Whoever reads slowly gets all of it; who has gone is told of by the error event.
  process.stdout.write('', () => process.exit(code));
}

const prompt = process.argv[2] ?? (await fromStdin());
if (prompt.trim() === '') {
  if (does('waits-without-prompt')) setInterval(() => undefined, 1_000);
  else {
    say('error', { message: 'no prompt' });
    over(1);
  }
} else {
  say('started', { prompt });
  if (does('needs-git') && spawnSync('git', ['--version']).error) throw new Error('git is not there');
  tool = spawn('/bin/sleep', ['60'], { stdio: 'ignore', detached: true });
  await ask();
}

async function ask() {
  try {
    const body = JSON.stringify({ model: 'any', stream: true, input: prompt });
    const response = await fetch(`${process.env.OPENAI_BASE_URL}/responses`, { method: 'POST', body });
    let text = '';
    for await (const bytes of response.body) {
      text += Buffer.from(bytes).toString();
      say('progress', { bytes: text.length });
    }
    say('done', { text });
    over(0);
  } catch (error) {
    if (does('believes-half')) {
      say('done', { text: 'hello' });
      return over(0);
    }
    say('error', { message: String(error) });
    over(1);
  }
}

async function fromStdin() {
  let text = '';
  for await (const bytes of process.stdin) text += bytes;
  return text;
}
