// The house, as a test. Who may import whom stands in the table of ARCHITECTURE.md and is read from there, so the document
// cannot differ from the rule. Arrows between files and between rooms only point down, and no room is overfull.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const FILES_IN_A_ROOM_MAX = 20;

/** What stands beside the harness and is not in the document's table. Entries as there: folders, files, packages. */
const BESIDE: Readonly<Record<string, readonly string[]>> = {
  'fixtures/package-user': ['fixtures/package-user', 'tornwire'],
  'fixtures/stack': ['fixtures/stack', 'ws', 'yaml', 'zod', '@modelcontextprotocol/sdk'],
  'fixtures/mutations': ['fixtures/mutations'],
  'fixtures/bench': ['fixtures/bench', 'fixtures/stack', 'ws'],
  'fixtures/stack-clients': ['fixtures/stack-clients', 'tornwire', 'ws', '@modelcontextprotocol/sdk'],
  'fixtures/stack-systems': ['fixtures/stack-systems', 'fixtures/stack-clients', 'fixtures/agents/installed.ts', 'tornwire'],
  'fixtures/agents': ['fixtures/agents'],
  'fixtures/field-trial': ['fixtures/field-trial'],
  'fixtures/finds': ['fixtures/finds', 'fixtures/redis.ts', 'tornwire', 'zod', '@modelcontextprotocol/sdk'],
  scenarios: ['fixtures/stack.ts', 'fixtures/redis.ts', 'tornwire'],
};
/** Only these files load the native library. */
const ONLY: Readonly<Record<string, readonly string[]>> = {
  koffi: ['harness/proxy/exact/kernel.ts', 'harness/runtime/linux/system-calls.ts'],
};

const TABLE = { ...tableOf(readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8')), ...BESIDE };

test('the table of ARCHITECTURE.md names every room of the harness', () => {
  const rooms = readdirSync(join(ROOT, 'harness'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !['bin', 'dist', 'node_modules'].includes(entry.name))
    .map(({ name }) => `harness/${name}`);
  const named = Object.keys(TABLE).filter((room) => room.startsWith('harness/'));
  expect(named.toSorted()).toEqual(rooms.toSorted());
});

test.each(Object.entries(TABLE))('%s imports only what the table allows', (room, allowance) => {
  if (allowance === 'anything') return;
  const wrong = sourcesIn(room).flatMap((file) =>
    importsOf(file)
      .filter((target) => !allowed(target, [room, ...allowance]) || ONLY[target]?.includes(file) === false)
      .map((target) => `${file} imports ${target}`),
  );
  expect(wrong).toEqual([]);
});

describe('in harness/', () => {
  const graph = new Map(
    sourcesIn('harness').map((file) => [file, importsOf(file).filter((target) => target.startsWith('harness/'))] as const),
  );

  test('no files import each other in a circle', () => {
    expect(circlesIn(graph)).toEqual([]);
  });

  test('no rooms import each other in a circle', () => {
    const rooms = new Map<string, string[]>();
    for (const [file, targets] of graph) {
      // The doors at the top of the harness belong to no room.
      const others = targets.map((target) => dirname(target)).filter((room) => room !== dirname(file) && room !== 'harness');
      rooms.set(dirname(file), [...(rooms.get(dirname(file)) ?? []), ...others]);
    }
    expect(circlesIn(rooms)).toEqual([]);
  });

  test(`no room holds more than ${FILES_IN_A_ROOM_MAX} files`, () => {
    const rooms = Map.groupBy(everyFileIn('harness'), (file) => dirname(file));
    const overfull = [...rooms]
      .filter(([, files]) => files.length > FILES_IN_A_ROOM_MAX)
      .map(([room, files]) => `${room}: ${files.length}`);
    expect(overfull).toEqual([]);
  });
});

test('a circle is found, also one that is entered from outside', () => {
  const graph = new Map([
    ['a', ['b']],
    ['b', ['c']],
    ['c', ['d']],
    ['d', ['b']],
  ]);
  expect(circlesIn(graph)).toEqual(['b -> c -> d -> b']);
});

test('of the proxy, which is a program of its own, network/ takes types and nothing else', () => {
  const wrong = sourcesIn('harness/network').filter((file) =>
    /^import (?!type )[^;]*from '[^']*\/proxy\/[^']*'/m.test(readFileSync(join(ROOT, file), 'utf8')),
  );
  expect(wrong).toEqual([]);
});

test('no program of the harness loads undici when it starts, which an import of node:http as an ES module does', () => {
  const entries = ['cli/commands/run.ts', 'cli/base/assemble.ts', 'clients/index.ts', 'proxy/api/server.ts'];
  const imports = entries.map((entry) => `await import(${JSON.stringify(join(ROOT, 'harness', entry))});`);
  const code = `${imports.join('\n')}\nprocess.stdout.write(String(process.moduleLoadList.some((name) => name.endsWith('/undici/undici'))));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], { encoding: 'utf8' });
  expect({ loaded: stdout, stderr }).toEqual({ loaded: 'false', stderr: '' });
});

test('nothing in harness/ names a node, message or path of the reference stack', () => {
  const words = /\b(desktop|create_window|room_stack|chat[-_]agent|state_delta|list_nodes|fixtures\/stack)\b/i;
  const wrong = sourcesIn('harness').flatMap((file) => (words.test(withoutComments(readFileSync(join(ROOT, file), 'utf8'))) ? [file] : []));
  expect(wrong).toEqual([]);
});

/** Rows whose first cell names rooms: `model/` in backticks. The last cell names what they may import, in backticks, or says anything. */
function tableOf(text: string): Record<string, readonly string[] | 'anything'> {
  const table = text.slice(text.indexOf('\n## The rooms') + 1).split('\n## ')[0] ?? '';
  const rows = table.split('\n').filter((line) => /^\| `[a-z]+\/`/.test(line));
  return Object.fromEntries(
    rows.flatMap((row) => {
      const cells = row.split('|').slice(1, -1);
      const names = quotedIn(cells[0] ?? '').map((room) => `harness/${room.slice(0, -1)}`);
      const last = cells.at(-1) ?? '';
      const allowance = /\banything\b/.test(last) ? ('anything' as const) : quotedIn(last).map(fromRoot);
      return names.map((room) => [room, allowance] as const);
    }),
  );
}

function quotedIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
}

/** Rooms end in a slash and files in .ts; everything else is a package. */
function fromRoot(entry: string): string {
  if (entry.endsWith('/')) return `harness/${entry.slice(0, -1)}`;
  return entry.endsWith('.ts') ? `harness/${entry}` : entry;
}

/** One line a circle, such as `b -> c -> b`; every circle is entered once. */
function circlesIn(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const circles = new Set<string>();
  const done = new Set<string>();
  const visit = (at: string, path: readonly string[]): void => {
    const begun = path.indexOf(at);
    if (begun !== -1) circles.add([...path.slice(begun), at].join(' -> '));
    if (begun !== -1 || done.has(at)) return;
    for (const next of graph.get(at) ?? []) visit(next, [...path, at]);
    done.add(at);
  };
  for (const start of graph.keys()) visit(start, []);
  return [...circles];
}

/** Without tests, contracts and what only tests use: those may look anywhere. */
function sourcesIn(folder: string): string[] {
  return everyFileIn(folder).filter(
    (file) => /\.m?ts$/.test(file) && !/\.(test|contract|double)\.ts$/.test(file) && !/(^|\/)(testing|node_modules|dist)\//.test(file),
  );
}

function everyFileIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .filter((file) => !/(^|\/)(node_modules|dist)\//.test(file))
    .sort();
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const names = text.matchAll(
    /(?:^|\n)(?:import|export)\s[^;'"]*?from\s+['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)import\s+['"]([^'"]+)['"]/g,
  );
  return [...names]
    .map((match) => match[1] ?? match[2] ?? match[3] ?? '')
    .filter((name) => !name.startsWith('node:'))
    .map((name) => (name.startsWith('.') ? relative(ROOT, join(ROOT, dirname(file), name)) : name));
}

function allowed(target: string, allowance: readonly string[]): boolean {
  return allowance.some((entry) => target === entry || target.startsWith(`${entry}/`));
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '');
}
