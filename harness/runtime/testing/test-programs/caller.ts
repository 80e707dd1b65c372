// A parent that starts its child from a variable, by words or by path, and passes on what it is asked over HTTP:
// GET /?ask=… gives the child's answer, or 502 with what came instead. It ends its child when it is told
// to end, and waits for that unless it is --impatient. GET /?signal=… and /?close=… (stdin, stdout) do that to the
// child and answer when it has gone.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

const { CHILD_COMMAND, CHILD_PATH, HOST, PORT } = process.env;
const [file = '', ...words] = CHILD_PATH === undefined ? (JSON.parse(CHILD_COMMAND ?? '[]') as string[]) : [CHILD_PATH];
const child = spawn(file, [...words, ...process.argv.slice(2)], { stdio: ['pipe', 'pipe', 'inherit'] });
child.stdin.on('error', () => {});
const answers = createInterface({ input: child.stdout });
const waiting: ((line: string | undefined) => void)[] = [];
answers.on('line', (line) => waiting.shift()?.(line));
let over = false;
answers.on('close', () => {
  over = true;
  for (const tell of waiting.splice(0)) tell(undefined);
});

const server = createServer((question, response) => {
  const words = new URL(question.url ?? '/', 'http://caller').searchParams;
  const [signal, close] = [words.get('signal'), words.get('close')];
  if (signal !== null || close !== null) {
    child.once('exit', () => response.end('gone'));
    if (signal !== null) child.kill(signal as NodeJS.Signals);
    else if (close === 'stdin') child.stdin.end();
    else child.stdout.destroy();
    return;
  }
  const tell = (line: string | undefined): void => {
    const isAnswer = line?.startsWith('{') === true && line.endsWith('}');
    response.writeHead(isAnswer ? 200 : 502).end(line ?? 'the child said no more');
  };
  if (over) {
    tell(undefined);
    return;
  }
  waiting.push(tell);
  child.stdin.write(`${JSON.stringify({ ask: words.get('ask') })}\n`);
});
server.listen(Number(PORT), HOST, () => console.log('caller is ready'));

process.on('SIGTERM', () => {
  if (process.argv.includes('--impatient')) process.exit(0);
  child.stdin.end();
  server.close();
  server.closeAllConnections();
  child.once('exit', () => process.exit(0));
});
