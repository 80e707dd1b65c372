// What each detector makes of files as people write them.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { checkTopology, type Topology } from '../model/system/topology.ts';
import { commandLine } from './detect/words.ts';
import { find } from './find.ts';
import { type Found, type FoundNode, nodeName, type Text } from './base/found.ts';
import { textLiteral } from './templates/literals.ts';

type Files = Readonly<Record<string, string>>;

function project(files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), 'init-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

/** Whatever is found makes a topology in order. */
function foundIn(files: Files, options?: Parameters<typeof find>[1]): Found {
  const { found } = find(project(files), options);
  const nodes = found.nodes.map((node) => ({
    ...node,
    role: node.name,
    command: [],
    env: {},
    readyWithinMs: 1,
    stopWithinMs: 1,
    cwd: '/x',
  }));
  checkTopology({ nodes, links: found.links } as unknown as Topology);
  return found;
}

const shown = (texts: readonly Text[]): string[] => texts.map(textLiteral);
const envOf = ({ env }: FoundNode): Record<string, string> =>
  Object.fromEntries(Object.entries(env).map(([name, value]) => [name, textLiteral(value)]));
const named = ({ nodes }: Found, name: string): FoundNode => nodes.find((node) => node.name === name) as FoundNode;
const linkNames = ({ links }: Found): string[] => links.map(({ name, framing }) => `${name} ${framing}`);

describe('MCP servers', () => {
  const sdk = { dependencies: { '@modelcontextprotocol/sdk': '^1.0.0' } };

  test.each<[string, Files, string, string[], number]>([
    [
      'a bin',
      { 'package.json': JSON.stringify({ name: '@me/weather-mcp', bin: 'dist/index.js', ...sdk }), 'dist/index.js': '' },
      'weather-mcp',
      ["'{node}'", "'dist/index.js'"],
      0,
    ],
    [
      'a bin that is not built',
      { 'package.json': JSON.stringify({ name: 'weather', bin: { weather: './dist/i.js' }, ...sdk }) },
      'weather',
      ["'{node}'", "'./dist/i.js'"],
      1,
    ],
    [
      'a bin that is no file of Node',
      { 'package.json': JSON.stringify({ name: 'w', bin: 'run', ...sdk }), run: '#!/bin/sh' },
      'w',
      ["'./run'"],
      0,
    ],
    [
      'two bins',
      { 'package.json': JSON.stringify({ name: 'w', bin: { other: 'o.js', w: 'w.js' }, ...sdk }), 'w.js': '' },
      'w',
      ["'{node}'", "'w.js'"],
      1,
    ],
    [
      'a start script',
      { 'package.json': JSON.stringify({ scripts: { start: 'node --enable-source-maps server.mjs' }, ...sdk }) },
      'server',
      ["'{node}'", "'--enable-source-maps'", "'server.mjs'"],
      0,
    ],
    [
      'a start script for a shell',
      { 'package.json': JSON.stringify({ scripts: { start: 'npm run b && node x.js' }, ...sdk }) },
      'server',
      ["'sh'", "'-c'", "'npm run b && node x.js'"],
      0,
    ],
    [
      'a script of Python',
      {
        'pyproject.toml':
          '[project]\nname = "My_Server"\ndependencies = ["mcp[cli]>=1.2", "httpx"]\n[project.scripts]\nmy-server = "my_server.cli:main"\n',
        'src/x': '',
      },
      'my-server',
      ["'python3'", "'-c'", String.raw`'import sys; sys.path.insert(0, \'src\'); from my_server.cli import main; sys.exit(main())'`],
      0,
    ],
    [
      'a script in a virtual environment',
      { 'pyproject.toml': '[project]\nname="a"\ndependencies=["fastmcp"]\nscripts={a="a:main"}', '.venv/bin/a': '' },
      'a',
      ["'.venv/bin/a'"],
      0,
    ],
    [
      'a script that uv runs',
      {
        'pyproject.toml': '[tool.poetry]\nname="a"\n[tool.poetry.dependencies]\nmcp="^1"\n[tool.poetry.scripts]\nserve="a:main"',
        'uv.lock': '',
      },
      'serve',
      ["'uv'", "'run'", "'serve'"],
      0,
    ],
  ])('%s', (_what, files, name, command, questions) => {
    const found = foundIn(files);
    const [node] = found.nodes;
    expect({ name: node?.name, command: shown(node?.command ?? []), questions: node?.questions.length }).toEqual({
      name,
      command,
      questions,
    });
    expect(linkNames(found)).toEqual([`driver->${name} json-rpc`]);
    expect(found.runtime).toBe('process');
  });

  test.each<[string, Files]>([
    ['a client of MCP, with the SDK for its tests', { 'package.json': JSON.stringify({ bin: 'x.js', devDependencies: sdk.dependencies }) }],
    ['a package that is called nearly so', { 'pyproject.toml': '[project]\ndependencies=["mcp-client"]\nscripts={a="a:main"}' }],
    ['an SDK and nothing to start', { 'package.json': JSON.stringify(sdk) }],
  ])('%s is none', (_what, files) => {
    expect(() => find(project(files))).toThrow('nothing to start was found here');
  });

  test('a configuration of a client: variables are read from the environment, and a server elsewhere is a question', () => {
    const mcpServers = {
      'it\'s "quoted"': {
        command: 'node',
        args: ['server.js', '--root', '${workspaceFolder}/data'],
        env: { TOKEN: '${API_TOKEN}', MODE: '${MODE:-te$t}', AT: 'a`${X}`' },
      },
      files: { command: 'npx', args: ['-y', 'some-server'], cwd: '${workspaceFolder}/sub' },
      far: { type: 'http', url: 'https://example.com/mcp\n// x' },
    };
    const found = foundIn({ '.mcp.json': JSON.stringify({ mcpServers }) });
    expect(found.nodes.map(({ name }) => name)).toEqual(['it-s-quoted', 'files']);
    const [first, second] = found.nodes as [FoundNode, FoundNode];
    expect(shown(first.command)).toEqual(["'{node}'", "'server.js'", "'--root'", "'./data'"]);
    expect(envOf(first)).toEqual({
      TOKEN: "process.env['API_TOKEN'] ?? ''",
      MODE: "process.env['MODE'] ?? 'te$t'",
      AT: "`a\\`${process.env['X'] ?? ''}\\``",
    });
    expect(first.questions).toEqual([
      'What is API_TOKEN in a test? It is read from the environment.',
      'What is X in a test? It is read from the environment.',
    ]);
    expect(second.cwd).toBe('./sub');
    expect(found.questions).toEqual([expect.stringContaining("'far' is reached at https://example.com/mcp // x")]);
  });
});

describe('a Procfile', () => {
  const API = 'createServer().listen(process.env.PORT ?? 3000, process.env.HOST)';

  test('programs get ports 100 apart, and a default in the source is a link', () => {
    const found = foundIn({
      Procfile: '# comment\nrelease: node migrate.js\nweb: node web.js\napi: node api.js\n',
      'web.js': "const api = process.env.API_URL || 'http://localhost:5100/v1'; listen(process.env['PORT']);",
      'api.js': API,
    });
    expect(linkNames(found)).toEqual(['web->api http', 'driver->web http']);
    expect(envOf(named(found, 'web'))).toEqual({ PORT: "'{listen.http.port}'", API_URL: "'http://{web->api.host}:{web->api.port}/v1'" });
    expect(envOf(named(found, 'api'))).toEqual({ HOST: "'{listen.http.host}'", PORT: "'{listen.http.port}'" });
    expect(named(found, 'api').listens).toEqual({ http: { transport: 'tcp', port: 5100 } });
  });

  test('variables before a command, a host and a port in two of them, and Python', () => {
    const found = foundIn({
      Procfile: 'web: STORE_HOST=127.0.0.1 STORE_PORT=5100 python3 -m app\nstore: ./store --port 5100\n',
      'app.py': 'import os\nport = int(os.environ.get("PORT", "8000"))',
    });
    expect(envOf(named(found, 'web'))).toEqual({
      STORE_HOST: "'{web->store.host}'",
      STORE_PORT: "'{web->store.port}'",
      PORT: "'{listen.http.port}'",
    });
    expect(named(found, 'web').listens).toEqual({ http: { transport: 'tcp', port: 5000 } });
    expect(named(found, 'store').listens).toEqual({ http: { transport: 'tcp', port: 5100 } });
  });

  test('what .env holds is read when the tests run, and a password in a URL is not copied', () => {
    const found = foundIn({
      Procfile: 'api: node api.js\nweb: bin/web $PORT\n',
      'api.js': API,
      '.env': 'API_KEY=very-secret\nAPI_URL=http://me:hunter2@127.0.0.1:5000/x\n',
    });
    expect(found.envFile).toBe(true);
    expect(JSON.stringify(found)).not.toMatch(/very-secret|hunter2/);
    expect(envOf(named(found, 'web'))).toMatchObject({
      API_KEY: "process.env['API_KEY'] ?? ''",
      API_URL: "`http://me:${URL.parse(process.env['API_URL'] ?? '')?.password ?? ''}@{web->api.host}:{web->api.port}/x`",
    });
    expect(shown(named(found, 'web').command)).toEqual(["'sh'", "'-c'", "'bin/web $PORT'"]);
  });

  test('a program of which nothing is known is started, and asked about', () => {
    const found = foundIn({ Procfile: 'worker: bundle exec sidekiq\n' });
    expect(found.nodes[0]?.questions).toEqual([expect.stringContaining("Does 'worker' listen on a port?")]);
    expect(found.links).toEqual([]);
  });
});

describe('a command', () => {
  test.each<[string, string[], Files, object]>([
    [
      'that says its port',
      ['node', 'server.js'],
      { 'server.js': 'app.listen(8080)' },
      { name: 'server', listens: { http: { port: 8080 } } },
    ],
    [
      'with a port variable',
      ['node', 'a.js'],
      { 'a.js': 'listen(process.env.PORT ?? 4000)' },
      { name: 'a', listens: { http: { port: 4000 } } },
    ],
    [
      'that has its address in its code',
      ['node', 'a.js'],
      { 'a.js': "createServer().listen(3000, '127.0.0.1', () => {})" },
      { listens: { http: { port: 3000, host: '127.0.0.1' } } },
    ],
    [
      'of Python',
      ['python3', 'a.py'],
      { 'a.py': 'uvicorn.run(app, host="127.0.0.1", port=8000)' },
      { listens: { http: { port: 8000, host: '127.0.0.1' } } },
    ],
    ['with a port among its words', ['./srv', '--port', '9000'], {}, { name: 'srv', listens: { http: { port: 9000 } } }],
    [
      'by an npm script',
      ['npm', 'run', 'dev'],
      { 'package.json': '{"scripts":{"dev":"node x.js"}}', 'x.js': 'listen(7777); // .listen(7777)' },
      { listens: { http: { port: 7777 } } },
    ],
    [
      'that speaks WebSocket',
      ['node', 'w.js'],
      { 'w.js': 'new WebSocketServer({ port: 9090 })' },
      { framing: 'websocket', listens: { websocket: { port: 9090 } } },
    ],
    [
      'that speaks MCP',
      ['node', 'm.js'],
      { 'm.js': "import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'" },
      { name: 'm', framing: 'json-rpc' },
    ],
    [
      'of which nothing is known',
      ['/opt/x y/run'],
      {},
      { name: 'run', listens: { http: { port: 3000 } }, questions: ["Does 'run' take its port from PORT?"] },
    ],
  ])('%s', (_what, command, files, expected) => {
    const found = foundIn(files, { command });
    expect(found.nodes).toHaveLength(1);
    expect(found.nodes[0]).toMatchObject(expected);
  });
});

test.each(["connect(5432, '127.0.0.1'); createServer().listen(3000)", "createServer().listen(3000, process.env.HOST ?? '127.0.0.1')"])(
  'an address that is not its own, or that a variable can change, is not fixed: %s',
  (source) => {
    const { nodes } = foundIn({ 'a.js': source }, { command: ['node', 'a.js'] });
    expect(nodes[0]?.listens).toEqual({ http: { transport: 'tcp', port: 3000 } });
  },
);

describe('a Compose file', () => {
  const COMPOSE = `
name: Shop
x-common: &common
  environment: &env { LOG: "\${LOG_LEVEL:-info}", PRICE: "5$$" }
services:
  web:
    <<: *common
    image: "registry.example:5000/shop/web:\${TAG:-1.2}"
    command: ["node", "web.js"]
    ports: ["127.0.0.1:8080:3000"]
    environment:
      <<: *env
      DATABASE_URL: postgres://shop:\${DB_PASSWORD}@db/shop
      CACHE: redis://cache:6379/0
      API_HOST: api
    depends_on: { db: { condition: service_healthy } }
    healthcheck: { test: "curl -f http://localhost:3000/healthz || exit 1" }
  api:
    build: ./api
    command: bin/api --listen "0.0.0.0:4000"
    expose: [4000]
    environment: ["SECRET", "EMPTY=", "A=b=c", "BROKERS=cache:6379,db:5432"]
  db: { image: "postgres:16", volumes: ["data:/var/lib"] }
  cache: { image: redis }
`;

  test('services, images, ports, health checks, and the links in their variables', () => {
    const found = foundIn({ 'compose.yaml': COMPOSE, '.env': 'DB_PASSWORD=hunter2\nTAG=9.9\n' });
    expect({ name: found.name, runtime: found.runtime }).toEqual({ name: 'shop', runtime: 'container' });
    expect(linkNames(found)).toEqual([
      'web->db raw',
      'web->cache raw',
      'web->api http',
      'api->db raw',
      'api->cache raw',
      'driver->web http',
    ]);
    const web = named(found, 'web');
    expect(web.image).toBe('registry.example:5000/shop/web:9.9');
    expect(web.ready).toEqual({ when: 'http', listener: 'main', path: '/healthz' });
    expect(web.after).toEqual(['db']);
    expect(envOf(web)).toEqual({
      LOG: "process.env['LOG_LEVEL'] ?? 'info'",
      PRICE: "'5$'",
      DATABASE_URL: "`postgres://shop:${process.env['DB_PASSWORD'] ?? ''}@{web->db.host}:{web->db.port}/shop`",
      CACHE: "'redis://{web->cache.host}:{web->cache.port}/0'",
      API_HOST: "'{web->api.host}'",
      API_PORT: "'{web->api.port}'",
    });
    expect(web.questions).toEqual(["API_HOST named 'api' without a port. Does the program read the port from API_PORT?"]);
    const api = named(found, 'api');
    expect(shown(api.command)).toEqual(["'bin/api'", "'--listen'", "'0.0.0.0:4000'"]);
    expect(envOf(api)).toEqual({
      SECRET: "process.env['SECRET'] ?? ''",
      EMPTY: "''",
      A: "'b=c'",
      BROKERS: "'{api->cache.host}:{api->cache.port},{api->db.host}:{api->db.port}'",
    });
    expect(api.questions).toEqual([expect.stringContaining("Which image is 'api'?")]);
    expect(shown(named(found, 'db').command)).toEqual(["'docker-entrypoint.sh'", "'postgres'"]);
    expect(named(found, 'db').questions).toEqual([expect.stringContaining('volumes')]);
    expect(JSON.stringify(found)).not.toContain('hunter2');
  });

  test.each<[string, string, string]>([
    [
      'two services of one port',
      'services: { a: { image: x, command: y, ports: ["1:80"] }, b: { image: x, command: y, ports: ["2:80"] } }',
      "Which other port can 'b' listen on?",
    ],
    ['a service without a command', 'services: { a: { image: x, ports: ["80"] } }', "Which command does the image of 'a' run?"],
    [
      'a file of variables',
      'services: { a: { image: x, command: y, ports: [80], env_file: .secrets } }',
      'Which variables of its env_file',
    ],
  ])('%s is a question', (_what, content, question) => {
    const found = foundIn({ 'docker-compose.yml': content });
    expect(found.nodes.flatMap(({ questions }) => questions)).toEqual([expect.stringContaining(question)]);
  });

  test('a port that only a neighbour names is a listener', () => {
    const found = foundIn({
      'compose.yml': 'services: { a: { image: x, command: y, environment: { B: "http://b_1:9000/" } }, b_1: { image: z, command: w } }',
    });
    expect(named(found, 'b-1').listens).toEqual({ main: { transport: 'tcp', port: 9000 } });
    expect(linkNames(found)).toEqual(['a->b-1 http']);
  });
});

describe('bad input', () => {
  test.each<[string, Files, RegExp]>([
    ['nothing', {}, /^nothing to start was found here: .*npx tornwire init -- node server\.js$/],
    ['JSON that is none', { 'package.json': '{,' }, /^package\.json cannot be read: [^\n]*$/],
    ['YAML that is none', { 'compose.yaml': 'services:\n  - a: [\n' }, /^compose\.yaml cannot be read: [^\n]*$/],
    ['TOML that is none', { 'pyproject.toml': '[project\nname' }, /^pyproject\.toml cannot be read: [^\n]*$/],
    [
      'aliases without end',
      {
        'compose.yaml': `a: &a [x,x]\n${Array.from('bcdefghij')
          .map((name, index) => `${name}: &${name} [${Array.from({ length: 9 }, () => `*${'abcdefghij'[index]}`).join(',')}]`)
          .join('\n')}`,
      },
      /^compose\.yaml cannot be read: /,
    ],
  ])('%s is one line', (_what, files, message) => {
    expect(() => find(project(files))).toThrow(message);
  });

  test('of two files the other one is named, and can be chosen', () => {
    const files = { 'compose.yaml': 'services: { a: { image: redis } }', Procfile: 'web: node x.js' };
    const { found, others } = find(project(files));
    expect([found.from, others]).toEqual(['compose.yaml', ['Procfile']]);
    expect(find(project(files), { from: 'Procfile' }).found.from).toBe('Procfile');
    expect(() => find(project(files), { from: 'x' })).toThrow("nothing to start is in 'x'; there are compose.yaml, Procfile");
  });
});

test.each([
  ['node a.js', {}, ['node', 'a.js']],
  [`A=1 B='x y' node "a b.js" it\\'s`, { A: '1', B: 'x y' }, ['node', 'a b.js', "it's"]],
  ['a && b', {}, ['sh', '-c', 'a && b']],
  ['echo "$HOME"', {}, ['sh', '-c', 'echo "$HOME"']],
  ["echo '$HOME'", {}, ['echo', '$HOME']],
  ["echo 'open", {}, ['sh', '-c', "echo 'open"]],
])('%s is split as a shell does', (line, env, words) => {
  expect(commandLine(line)).toEqual({ env, words });
});

test.each([
  ['@scope/My Server', [], 'my-server'],
  ['driver', [], 'driver-node'],
  ['9', [], 'program'],
  ['日本', ['program'], 'program-2'],
  ['a_b', ['a-b', 'a-b-2'], 'a-b-3'],
])('%s is a name of a node', (wanted, taken, name) => {
  expect(nodeName(wanted, taken)).toBe(name);
});
