// A system that says its secrets in every place that reaches the disk. Every secret here holds the word `canary`; it may stand
// nowhere in what a run, a replay, a nightly and a gate leave and print. The unit tests of model/secrets say what is one.
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { userProject, type UserProject } from './testing/user-project.double.ts';

/** Of the runner. */
const OUTSIDE = {
  GITHUB_PAT: 'canary-pat-0',
  DATABASE_URL: 'postgres://bob:canaryindb@db:5432/x',
  STRIPE_SK: 'canary-stripe-0',
  SSH_PRIVATE_KEY: '-----BEGIN OPENSSH PRIVATE KEY-----\ncanarycanarykeyAAA\ncanarycanarykeyBBB\n-----END OPENSSH PRIVATE KEY-----\n',
  API_TOKEN: 'canary-api-0',
};

const SERVER = `
import { createServer } from 'node:net';
const { HOST, PORT, OWN_PASSWORD, PLAIN, ...rest } = process.env;
const outside = ${JSON.stringify(OUTSIDE)};
console.error('password: canarylog1');
console.error('Authorization: Bearer canarylog2');
console.error(OWN_PASSWORD, PLAIN, rest.SET_TOKEN);
for (const line of outside.SSH_PRIVATE_KEY.split('\\n')) console.error(line);
console.log('-----BEGIN PRIVATE KEY-----\\ncanarypem1\\ncanarypem2\\n-----END PRIVATE KEY-----');
for (const value of Object.values(outside)) {
  const bytes = Buffer.from(value);
  console.log(value, bytes.toString('hex'), bytes.toString('base64'), Buffer.from('u:' + value).toString('base64url'), encodeURIComponent(value));
}
console.log('see http://bob:canaryurl@host/ and ghp_canary0123456789abcd');
const answers = [
  { clientSecret: 'canary1', jwt: 'canary2', pwd: 'canary3', tokens: ['canary4'], secret: { value: 'canary5' }, apiToken: 'canary6' },
  { headers: { 'X-Session': 'canary7', 'Api-Key': 'canary8' }, url: '/a?key=canary9&sig=canary10', form: 'user=bob&pass=canary11' },
  { known: outside.GITHUB_PAT, inner: JSON.stringify({ password: 'canary12', again: outside.API_TOKEN }) },
];
createServer((socket) => {
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    const line = String(chunk);
    if (line.includes('crash')) throw new Error('cannot reach mysql://bob:canarycrash@db, token=canarycrash2');
    for (const answer of answers) socket.write(JSON.stringify(answer) + '\\n');
    socket.write('done\\n');
  });
}).listen(Number(PORT), HOST, () => console.error('listening'));
`;

const scenario = (server: string, mode: string, more = ''): string => `
import { createConnection } from 'node:net';
import { defineScenario, latency } from 'tornwire';
const { HOME: _home, ...env } = { OWN_PASSWORD: 'canary-own-0', PLAIN: 'canary-plain-0' };
const system = {
  name: 'spills',
  topology: {
    nodes: [{
      name: 'server', role: 'server', command: ['{node}', ${JSON.stringify(server)}],
      env: { ...env, HOST: '{listen.tcp.host}', PORT: '{listen.tcp.port}' }, secrets: ['PLAIN'],
      listens: { tcp: { transport: 'tcp', port: 7000 } }, ready: { when: 'log', contains: 'listening' },
      readyWithinMs: 10_000, stopWithinMs: 2_000,
    }],
    links: [
      { name: 'client->server', from: 'driver', to: 'server', listener: 'tcp', framing: 'ndjson' },
      { name: 'quiet->server', from: 'driver', to: 'server', listener: 'tcp', framing: 'raw', capture: 'none' },
    ],
  },
  clients: (script) => ({
    say: (link, pieces) => new Promise((resolve, reject) => {
      const { host, port } = script.dial(link);
      const socket = createConnection(port, host);
      script.defer(() => socket.destroy());
      let said = '';
      socket.on('error', reject).on('close', () => reject(new Error('closed, api_key=canaryclosed')));
      socket.on('data', (data) => { said += data; if (said.includes('done')) resolve(said); });
      socket.write(pieces);
    }),
  }),
};
export default defineScenario({
  title: 'a server that spills with token=canarytitle', expectation: 'nothing is spilt', tags: ['gate'],
  parameters: { apiToken: 'canaryparam', mode: '${mode}' }, system, ${more}
  schedule: [
    latency('client->server', { delay: '50ms' }),
    { id: 'env', on: 'node', armAt: 'start', mustFire: 1, fault: { kind: 'environment', node: 'server', set: { SET_TOKEN: 'canary-set-0' } } },
  ],
  async script({ say, operation }) {
    await operation('log in with password=canaryop', () => say('client->server', JSON.stringify({ password: 'canaryin', pin: 'canary-plain-0' }) + '\\n'), { within: '5s' });
    await say('quiet->server', 'nobody knows canaryquiet\\n');
    if ('${mode}' === 'crash') await operation('crash', () => say('client->server', 'crash\\n'), { within: '2s' });
    else throw new Error('expected secret: canaryassert and canary-pat-0');
  },
});
`;

let user: UserProject;
let printed = '';
beforeAll(async () => {
  user = await userProject();
  const server = join(user.root, 'program', 'spills.mjs');
  await writeFile(server, SERVER);
  const add = (name: string, text: string) => writeFile(join(user.root, 'scenarios', 'echo', `spills-${name}.scenario.ts`), text);
  await add('crash', scenario(server, 'crash'));
  await add('assert', scenario(server, 'assert'));
  await add('not', scenario(server, 'not', "unavailable: () => 'no database at postgres://bob:canaryaway@db',"));
  await add('load', "throw new Error('cannot load from redis://bob:canaryload@db, secret=canaryload2');\n");
  await writeFile(join(user.root, 'policy.yaml'), 'version: 1\ntags: [gate]\nclean: { repeats: 1 }\ndefects: { required: [] }\n');
}, 30_000);
afterAll(() => user[Symbol.asyncDispose]());

async function tornwire(...words: readonly string[]): Promise<number | null> {
  const shown = join(user.root, 'results', 'shown.md');
  const { code, out, err } = await user.start(words, { ...OUTSIDE, GITHUB_STEP_SUMMARY: shown }).ended;
  printed += out + err;
  return code;
}

test('nothing that a run, a replay, a nightly and a gate leave or print holds a secret, and only their owner may read it', async () => {
  expect(await tornwire('run', 'echo/spills', '--jobs', '1')).toBe(3);
  const rows = (await user.summary()).cases.map(({ scenario, verdict, oracle }) => [scenario, verdict, oracle]);
  expect(rows).toEqual([
    ['echo/spills-assert', 'fail', 'script'],
    ['echo/spills-crash', 'fail', 'crash'],
    ['echo/spills-load', 'unknown', 'run'],
    ['echo/spills-not', 'skipped', null],
  ]);
  const repros = await readdir(join(user.root, 'results', 'repros'));
  const crash = repros.find((name) => name.includes('crash')) ?? '';
  expect(await tornwire('repro', `results/repros/${crash}`)).toBe(1);
  expect(printed).toContain('reproduced 1 of 1');
  expect(await tornwire('nightly', 'echo/spills-assert', '--seed', '9', '--budget', '2s', '--replays', '0')).not.toBe(0);
  expect(await tornwire('gate', '--policy', 'policy.yaml')).not.toBe(0);

  const spilt: string[] = [];
  for (const file of await files(join(user.root, 'results'))) {
    spilt.push(...canariesIn(await readFile(file, 'utf8')).map((what) => `${file.slice(user.root.length)}: ${what}`));
    // Where the CI service asks for the report, it decides who may read it.
    if (((await stat(file)).mode & 0o077) !== 0 && !file.endsWith('shown.md')) spilt.push(`${file} is open to others`);
  }
  expect(spilt).toEqual([]);
  expect(canariesIn(printed)).toEqual([]);
}, 120_000);

async function files(folder: string): Promise<string[]> {
  const all = await readdir(folder, { recursive: true, withFileTypes: true });
  const found = all.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  expect(found.map((file) => file.replace(/.*\//, ''))).toEqual(
    expect.arrayContaining(['history.ndjson', 'summary.json', 'junit.xml', 'gate.json', 'gate.md', 'shown.md', '9.ndjson']),
  );
  return found;
}

/** As it is, as hex, and in base64 at each of its three places. */
function canariesIn(text: string): string[] {
  const hex = Buffer.from('canary').toString('hex');
  const base64 = ['Y2FuYXJ', 'NhbmFye', 'jYW5hcn'];
  return [...text.matchAll(new RegExp(`.{0,60}(?:canary|${hex}|${base64.join('|')}).{0,20}`, 'g'))].map(([what]) => what);
}
