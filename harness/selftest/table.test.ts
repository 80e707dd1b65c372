// The table of pairs as data: whether verdicts are right is what `tornwire selftest` shows.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isPathPart } from '../model/values/path-part.ts';
import { checkPlan } from '../run/plan.ts';
import { ALWAYS_ON } from '../oracles/table.ts';
import { quick } from './choose.ts';
import { programsFolder, twinOf } from './project.ts';
import { PAIRS } from './table.ts';

test('no two pairs bear one name, and every name can be that of a folder', () => {
  const names = PAIRS.map(({ name }) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index || !isPathPart(name) || name !== name.toLowerCase())).toEqual([]);
});

test('every bug changes its program in one place, and its twin is another program', async () => {
  for (const pair of PAIRS) {
    if (pair.program === undefined) continue;
    const text = await readFile(join(programsFolder(), pair.program), 'utf8');
    expect({ name: pair.name, text: twinOf(text, pair, 'bug') }).not.toEqual({ name: pair.name, text: twinOf(text, pair, 'clean') });
  }
});

test('a hand sees something for each twin, and every topology and schedule is one that can be planned', () => {
  for (const { name, hand, shape, plot } of PAIRS) {
    expect([name, hand.bug, hand.clean]).not.toContain('');
    checkPlan(
      shape.system((program) => ['{node}', program]).topology,
      typeof plot.schedule === 'function' ? plot.schedule('bug') : (plot.schedule ?? []),
    );
  }
});

test('the quick form has every oracle, language, transport and hole that the whole has', () => {
  const all = (of: (pair: (typeof PAIRS)[number]) => string | undefined) => [
    [...new Set(PAIRS.map(of))].sort(),
    [...new Set(quick(PAIRS).map(of))].sort(),
  ];
  const [whole, few] = [all(({ oracle }) => oracle), all(({ language }) => language)];
  for (const [one, other] of [whole, few, all(({ shape }) => shape.speech), all(({ hole }) => hole)]) expect(other).toEqual(one);
  expect([...new Set(PAIRS.map(({ oracle }) => oracle))].filter((name) => !ALWAYS_ON.some((oracle) => oracle.name === name))).toEqual([]);
});
