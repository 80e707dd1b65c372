// The table of allowed imports, as a test: arrows only point down, and nothing of the harness knows a system.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

/** What the files of a folder may import: folders of the harness, exact files, and packages. Node's own modules are free. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'harness/model': ['harness/model', 'zod'],
  'harness/proxy': ['harness/proxy', 'koffi'],
  'harness/oracles': ['harness/oracles', 'harness/model'],
  'harness/probes': ['harness/probes', 'harness/model'],
  'harness/runtime': ['harness/runtime', 'harness/model', 'execa', 'testcontainers'],
  'harness/network': [
    'harness/network',
    'harness/model',
    'harness/runtime/runtime.ts',
    'harness/proxy/wire/wire-types.ts',
    'execa',
    'toxiproxy-node-client',
  ],
  'harness/run': [
    'harness/run',
    'harness/model',
    'harness/network/network.ts',
    'harness/network/api/network-sink.ts',
    'harness/runtime/runtime.ts',
    'execa',
  ],
  'harness/results': ['harness/results', 'harness/model', 'zod'],
  'harness/gate': ['harness/gate', 'harness/model', 'harness/results', 'yaml'],
  'harness/report': ['harness/report', 'harness/results', 'harness/model'],
  'harness/pack': ['harness/pack'],
  'fixtures/package-user': ['fixtures/package-user', 'tornwire'],
  'fixtures/stack': ['fixtures/stack', 'ws', 'yaml', 'zod', '@modelcontextprotocol/sdk'],
  'fixtures/bench': ['fixtures/bench', 'fixtures/stack', 'ws'],
  'fixtures/stack-clients': ['fixtures/stack-clients', 'tornwire', 'ws', '@modelcontextprotocol/sdk'],
  'fixtures/stack-systems': ['fixtures/stack-systems', 'fixtures/stack-clients', 'fixtures/agents/installed.ts', 'tornwire'],
  'fixtures/agents': ['fixtures/agents'],
  scenarios: ['fixtures/stack.ts', 'fixtures/redis.ts', 'tornwire'],
};
/** Only this file loads the native library, and only this one knows where the proxy's program is. */
const ONLY: Readonly<Record<string, string>> = { koffi: 'harness/proxy/exact/kernel.ts' };

test.each(Object.keys(ALLOWED))('%s imports only what the table allows', (folder) => {
  const wrong = sourcesIn(folder).flatMap((file) =>
    importsOf(file)
      .filter((target) => !allowed(target, ALLOWED[folder] ?? []) || (ONLY[target] !== undefined && ONLY[target] !== file))
      .map((target) => `${file} imports ${target}`),
  );
  expect(wrong).toEqual([]);
});

test('of the proxy, which is a program of its own, network/ takes types and nothing else', () => {
  const wrong = sourcesIn('harness/network').filter((file) =>
    /^import (?!type )[^;]*from '[^']*\/proxy\/[^']*'/m.test(readFileSync(join(ROOT, file), 'utf8')),
  );
  expect(wrong).toEqual([]);
});

test('nothing in harness/ names a node, message or path of the reference stack', () => {
  const words = /\b(desktop|create_window|room_stack|chat[-_]agent|state_delta|list_nodes|fixtures\/stack)\b/i;
  const wrong = sourcesIn('harness').flatMap((file) => (words.test(withoutComments(readFileSync(join(ROOT, file), 'utf8'))) ? [file] : []));
  expect(wrong).toEqual([]);
});

function sourcesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter(
      (file) => /\.m?ts$/.test(file) && !/\.(test|contract)\.ts$/.test(file) && !/(^|\/)(test-programs|testing|node_modules)\//.test(file),
    )
    .map((file) => join(folder, file))
    .sort();
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const names = [
    ...text.matchAll(
      /(?:^|\n)(?:import|export)\s[^;'"]*?from\s+['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)import\s+['"]([^'"]+)['"]/g,
    ),
  ];
  return names
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
