// The packs as data: each check names its rule, and the reference lists them all.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readFile } from 'node:fs/promises';
import { PACKS, type Checks, type Pack, type Target } from './index.ts';

const TARGET: Target = { command: ['node', 'server.js'], cwd: '/project' };
/** What a pack cannot do without. */
const NEEDED: Readonly<Record<string, NonNullable<Target['settings']>>> = { websocket: { port: '8080' } };

const checksOf = (pack: Pack): Checks => pack.checks({ ...TARGET, settings: NEEDED[pack.name] ?? {} });
const PAGE = join(import.meta.dirname, '../../docs/reference/packs.md');

test('each check has a key, a sentence about your server, and a rule with its source', () => {
  for (const pack of Object.values(PACKS))
    for (const [key, { title, check }] of Object.entries(checksOf(pack))) {
      expect(key).toMatch(/^[a-z][a-z-]+$/);
      expect(title).toMatch(/your (server|agent)|sessions/);
      expect(check.rule.source).not.toBe('');
      expect(check.rule.url ?? '').toMatch(/^(https:\/\/|$)/);
    }
});

test('no check touches the HOME of whoever types the command', () => {
  for (const pack of Object.values(PACKS))
    for (const { system } of Object.values(checksOf(pack)))
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
    .map((pack) => {
      const rows = Object.entries(checksOf(pack)).map(
        ([key, { title, check }]) => `| \`${key}\` | ${title} | ${check.rule.force} | ${check.rule.source}: ${check.rule.says} |`,
      );
      return [
        `## The pack \`${pack.name}\`: ${pack.description}`,
        '',
        '| check | holds when | force | rests on |',
        '|---|---|---|---|',
        ...rows,
        '',
      ].join('\n');
    })
    .join('\n');
}
