// The packs as data: each check names its rule, and the reference lists them all.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readFile } from 'node:fs/promises';
import { PACKS, type Checks, type Pack, type Target } from './index.ts';

const TARGET: Target = { command: ['node', 'server.js'], cwd: '/project' };
/** What a pack cannot do without. */
const NEEDED: Readonly<Record<string, NonNullable<Target['settings']>>> = { websocket: { port: '8080' } };

/** Checks of a pack that only these settings bring. */
const ALSO: Readonly<Record<string, { what: string; settings: NonNullable<Target['settings']> }>> = {
  mcp: { what: 'a server over streamable HTTP (`--http`)', settings: { http: '3000/mcp' } },
};

const checksOf = (pack: Pack, settings = NEEDED[pack.name] ?? {}): Checks => pack.checks({ ...TARGET, settings });
/** With all settings that bring others, one after the other. */
const allOf = (pack: Pack): Checks[] => [
  checksOf(pack),
  ...[ALSO[pack.name]].flatMap((also) => (also ? [checksOf(pack, also.settings)] : [])),
];
const PAGE = join(import.meta.dirname, '../../docs/reference/packs.md');

test('each check has a key, a sentence about your server, and a rule with its source', () => {
  for (const checks of Object.values(PACKS).flatMap(allOf))
    for (const [key, { title, check }] of Object.entries(checks)) {
      expect(key).toMatch(/^[a-z][a-z-]+$/);
      expect(title).toMatch(/your (server|agent)|sessions/);
      expect(check.rule.source).not.toBe('');
      expect(check.rule.url ?? '').toMatch(/^(https:\/\/|$)/);
    }
});

test('no check touches the HOME of whoever types the command', () => {
  for (const checks of Object.values(PACKS).flatMap(allOf))
    for (const { system } of Object.values(checks))
      expect(system.topology.nodes[0]?.env).toMatchObject({ HOME: expect.stringMatching(/^\{(home|state)\}/) as string });
});

// `npx vitest run harness/packs -u` writes the tables anew.
test('the reference lists every check with its rule', async () => {
  const page = await readFile(PAGE, 'utf8');
  const [byHand] = page.split('## The pack ');
  await expect(`${byHand ?? ''}${tables()}`).toMatchFileSnapshot(PAGE);
});

function tables(): string {
  return Object.values(PACKS)
    .flatMap((pack) => {
      const also = ALSO[pack.name];
      const head = `## The pack \`${pack.name}\`: `;
      return [
        tableOf(`${head}${pack.description}`, checksOf(pack)),
        ...(also ? [tableOf(`${head}${also.what}`, checksOf(pack, also.settings))] : []),
      ];
    })
    .join('\n');
}

function tableOf(heading: string, checks: Checks): string {
  const rows = Object.entries(checks).map(
    ([key, { title, check }]) => `| \`${key}\` | ${title} | ${check.rule.force} | ${check.rule.source}: ${check.rule.says} |`,
  );
  return [heading, '', '| check | holds when | force | rests on |', '|---|---|---|---|', ...rows, ''].join('\n');
}
