// A program by hand, without a harness: starts it, does what the first word says, and prints what was to be seen.
//
//   node hand.mjs 'ask "ping"; term; left' [--unix | --stdio] -- program words [-- the next program words]
//
// The first program that listens is the one behind (BACK_HOST, BACK_PORT); the last one is spoken to. Words:
//   ask X        one line there, the line that comes back        pieces X   the same, byte after byte
//   burst X|Y    several lines in one write                      send X     one line, and no wait
//   post X, get  HTTP                                            ws X       one WebSocket message
//   open N, close, reset   connections                           again      the program behind is killed and started again
//   term, eof    how it ends within two seconds                  alive      whether it still runs
//   count K      how many it has more than at the first count: descriptors, threads, children, zombies
//   left         how many processes are left of it               files      what is in its home and temporary folder, and sockets
//   wait N       milliseconds
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const ANSWER_WITHIN_MS = 2_000;
const END_WITHIN_MS = 2_000;
const READY_WITHIN_MS = 20_000;
const HOST = '127.0.0.1';
/** Who is slow reads several pieces at once. */
const PIECE_EVERY_MS = 30;

const [steps = '', ...rest] = process.argv.slice(2);
const how = rest.filter((word, index) => word.startsWith('--') && word !== '--' && index < rest.indexOf('--'));
const programs = rest
  .slice(rest.indexOf('--') + 1)
  .join('\0')
  .split('\0--\0')
  .map((words) => words.split('\0'));
const folder = mkdtempSync(join(tmpdir(), 'hand-'));
const home = join(folder, 'home');
const work = join(folder, 'work');
const temporary = join(folder, 'tmp');
for (const made of [home, work, temporary]) mkdirSync(made);
const mark = `hand-${process.pid}-${Date.now()}`;
/** Without what changes how Python and Node behave. */
const given = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(PYTHON|NODE_)/.test(name)));
const seen = [];
const started = [];
const connections = [];
let first;

async function freePort() {
  const server = createServer().listen(0, HOST);
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function start([command, ...words], place) {
  const back = started.find((one) => one !== place);
  const env = { ...given, HAND: mark, HOME: home, TMPDIR: temporary, HOST, PORT: String(place.port) };
  if (how.includes('--unix')) env.SOCKET = place.socket;
  if (back) Object.assign(env, { BACK_HOST: HOST, BACK_PORT: String(back.port) });
  const child = spawn(command, words, { env, detached: true, cwd: work, stdio: ['pipe', 'pipe', 'pipe'] });
  place.child = child;
  place.ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(endWords(code, signal))));
  child.stderr.resume();
  child.stdin.on('error', () => undefined);
  place.lines = [];
  if (how.includes('--stdio')) return readLines(child.stdout, place.lines);
  await new Promise((resolve) => {
    child.stdout.on('data', (part) => String(part).includes('ready') && resolve());
    child.once('exit', resolve);
    void sleep(READY_WITHIN_MS, undefined, { ref: false }).then(resolve);
  });
}

const endWords = (code, signal) => (signal === null ? `ended with code ${code}` : `killed by ${signal}`);

function readLines(stream, lines) {
  let text = '';
  stream.setEncoding('utf8');
  stream.on('data', (part) => {
    text += part;
    const parts = text.split('\n');
    text = parts.pop();
    lines.push(...parts);
  });
}

async function newConnection() {
  const { port, socket: path } = started.at(-1);
  const socket = connect(how.includes('--unix') ? { path } : { host: HOST, port });
  const connection = { socket, lines: [], closed: false };
  socket.on('error', () => (connection.closed = true));
  socket.on('close', () => (connection.closed = true));
  readLines(socket, connection.lines);
  await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
  connections.push(connection);
  return connection;
}

async function talker() {
  const { child, lines } = started.at(-1);
  if (how.includes('--stdio')) return { write: (text) => child.stdin.write(text), lines, closed: () => child.exitCode !== null };
  const { socket, ...connection } = connections.at(-1) ?? (await newConnection());
  const last = connections.at(-1);
  return { write: (text) => socket.write(text), lines: connection.lines, closed: () => last.closed };
}

async function asked(pieces, answers = 1) {
  const talk = await talker();
  const had = talk.lines.length;
  for (const piece of pieces) {
    talk.write(piece);
    if (pieces.length > 1) await sleep(PIECE_EVERY_MS);
  }
  for (let waitedMs = 0; waitedMs < ANSWER_WITHIN_MS && talk.lines.length < had + answers && !talk.closed(); waitedMs += 10)
    await sleep(10);
  await sleep(20);
  const got = talk.lines.slice(had);
  return got.length >= answers ? got.join(' ') : [...got, talk.closed() ? 'closed' : 'nothing more'].join(' ');
}

async function bounded(promise, text, withinMs = ANSWER_WITHIN_MS) {
  return await Promise.race([promise, sleep(withinMs, text, { ref: false })]);
}

/** One connection for all, which is kept. */
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

function http(method, body) {
  const heard = new Promise((resolve) => {
    const asking = request({ host: HOST, port: started.at(-1).port, method, agent }, async (response) => {
      const parts = await response
        .setEncoding('utf8')
        .toArray()
        .catch(() => ['no HTTP']);
      resolve(parts.join(''));
    });
    asking.on('error', () => resolve('no HTTP'));
    asking.end(body);
  });
  return bounded(heard, 'nothing more');
}

async function message(text) {
  const socket = new WebSocket(`ws://${HOST}:${started.at(-1).port}/`);
  const heard = new Promise((resolve) => {
    socket.addEventListener('open', () => socket.send(text));
    socket.addEventListener('message', ({ data }) => resolve(String(data)));
    socket.addEventListener('close', ({ code }) => resolve(`closed ${code}`));
    socket.addEventListener('error', () => resolve('no WebSocket'));
  });
  const gone = new Promise((resolve) => socket.addEventListener('close', resolve));
  const answer = await bounded(heard, 'nothing more');
  socket.close();
  await bounded(gone);
  return answer;
}

/** By a variable, or, where somebody has removed that, by the folder that it was started in. */
function marked() {
  return pids().filter((pid) => pid !== process.pid && (text(`/proc/${pid}/environ`).includes(mark) || folderOf(pid).startsWith(folder)));
}
const folderOf = (pid) => {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
};
const pids = () => readdirSync('/proc').map(Number).filter(Number.isInteger);
const text = (file) => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};
const statOf = (pid) => text(`/proc/${pid}/stat`).split(') ')[1]?.split(' ') ?? [];

function counted(what) {
  const { pid, exitCode } = started.at(-1).child;
  if (exitCode !== null) return 0;
  switch (what) {
    case 'descriptors':
      return readdirSync(`/proc/${pid}/fd`).length;
    case 'threads':
      return readdirSync(`/proc/${pid}/task`).length;
    case 'children':
      return pids().filter((other) => statOf(other)[1] === String(pid) && statOf(other)[0] !== 'Z').length;
    case 'zombies':
      return pids().filter((other) => statOf(other)[1] === String(pid) && statOf(other)[0] === 'Z').length;
    default:
      throw new Error(`nobody counts ${what}`);
  }
}

async function unseen(done) {
  await done;
}

async function step(words) {
  const [word, ...others] = words.trim().split(' ');
  const what = others.join(' ');
  const last = started.at(-1);
  switch (word) {
    case 'ask':
      return await asked([`${what}\n`]);
    case 'pieces':
      return await asked([...Buffer.from(`${what}\n`)].map((byte) => Buffer.from([byte])));
    case 'burst': {
      const lines = what.split('|');
      return await asked([lines.map((line) => `${line}\n`).join('')], lines.length);
    }
    case 'send':
      return void (await talker()).write(`${what}\n`);
    case 'post':
      return await http('POST', what);
    case 'get':
      return await http('GET');
    case 'ws':
      return await message(what);
    case 'open':
      for (let i = 0; i < Number(what || 1); i++) await newConnection();
      return undefined;
    case 'close':
      for (const { socket } of connections.splice(0)) socket.end();
      return await unseen(sleep(100));
    case 'reset':
      for (const { socket } of connections.splice(0)) {
        if (how.includes('--unix')) socket.destroy();
        else socket.resetAndDestroy();
      }
      return await unseen(sleep(100));
    case 'again': {
      started[0].child.kill('SIGKILL');
      await started[0].ended;
      await sleep(300);
      return await unseen(start(programs[0], started[0]));
    }
    case 'term':
      last.child.kill('SIGTERM');
      return await bounded(last.ended, 'still there', END_WITHIN_MS);
    case 'eof':
      last.child.stdin.end();
      return await bounded(last.ended, 'still there', END_WITHIN_MS);
    case 'alive':
      await sleep(100);
      return await bounded(last.ended, 'alive', 100);
    case 'count':
      await sleep(200);
      if (first === undefined) return void (first = counted(what));
      return `${counted(what) - first} more ${what}`;
    case 'left':
      await sleep(200);
      return `${marked().length} left`;
    case 'files':
      return (
        [folder, home, temporary]
          .flatMap((each) => readdirSync(each))
          .filter((name) => !['home', 'work', 'tmp'].includes(name))
          .join(' ') || 'no file'
      );
    case 'wait':
      return await unseen(sleep(Number(what)));
    default:
      throw new Error(`no word '${word}'`);
  }
}

try {
  for (const program of programs) {
    const place = { port: await freePort(), socket: join(folder, `socket-${started.length}`) };
    await start(program, place);
    started.push(place);
  }
  for (const words of steps.split(';')) {
    const saw = await step(words);
    if (saw !== undefined) seen.push(saw);
  }
  console.log(seen.join(', '));
} finally {
  for (const pid of marked()) process.kill(pid, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
process.exit(0);
