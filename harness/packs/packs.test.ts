// The packs as data: each check names its rule, and the reference lists them all.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readFile } from 'node:fs/promises';
import { PACKS, type Target } from './index.ts';

const TARGET: Target = { command: ['node', 'server.js'], cwd: '/project' };
const PAGE = join(import.meta.dirname, '../../docs/reference/packs.md');

test('each check has a key, a sentence about your server, and a rule with its source', () => {
  for (const pack of Object.values(PACKS))
    for (const [key, { title, check }] of Object.entries(pack.checks(TARGET))) {
      expect(key).toMatch(/^[a-z][a-z-]+$/);
      expect(title).toMatch(/your server|sessions/);
      expect(check.rule.source).not.toBe('');
      expect(check.rule.url ?? '').toMatch(/^(https:\/\/|$)/);
    }
});

test('no check touches the HOME of whoever types the command', () => {
  const [node] = Object.values(PACKS['mcp']?.checks(TARGET) ?? {})[0]?.system.topology.nodes ?? [];
  expect(node?.env).toEqual({ HOME: '{home}' });
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
      const rows = Object.entries(pack.checks(TARGET)).map(
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
