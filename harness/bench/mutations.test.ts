import { expect, test } from 'vitest';
import { notSearched } from './found-by-sweep.ts';
import { figures, wanted } from './mutations.ts';

const found = (defect: string, aside: boolean) => ({ defect, aside, how: 'workloads/a by hang: late', seconds: 3, cases: 2 });
const lost = (defect: string, aside: boolean) => ({ defect, aside, how: undefined, seconds: 9, cases: 7 });

test('what is promised is the share of those kept aside; that of the others is told', () => {
  const rows = figures([found('a', true), lost('b', true), found('c', false), lost('d', false), lost('e', false)], 'seed 1');
  expect(rows.map(({ name, value, ok }) => [name, value, ok])).toEqual([
    ['mutation-a', 1, true],
    ['mutation-b', 0, true],
    ['mutation-c', 1, true],
    ['mutation-d', 0, true],
    ['mutation-e', 0, true],
    ['mutations-others', 33.3, true],
    ['mutations', 50, false],
  ]);
  expect(rows.at(-1)?.unit).toBe('% found of those kept aside: 1 of 2, seed 1, 0 min in all');
  expect(figures([found('a', true), found('b', true), found('c', true), lost('d', true)], '').at(-1)?.ok).toBe(true);
});

test('without any of those kept aside nothing is promised and nothing is kept', () => {
  expect(figures([found('c', false)], '').at(-1)).toMatchObject({ name: 'mutations', ok: false, value: null });
});

test('one that nobody could look for was not found, and the row says why', () => {
  const [row, last] = figures([{ aside: true, ...notSearched('a', 'there is\nno workload') }], '');
  expect(row).toMatchObject({ value: 0, unit: 'found, 0 s, there is no workload' });
  expect(last).toMatchObject({ value: 0, ok: false });
});

test('the row says how long the control took, and why a find does not count', () => {
  const [row] = figures(
    [{ ...lost('a', true), seconds: 90, controlSeconds: 31, trouble: 'not counted: fails on the clean stack too: …' }],
    '',
  );
  expect(row).toMatchObject({ value: 0, unit: 'found, 90 s (31 s of them for the control), not counted: fails on the clean stack too: …' });
});

test('the environment names some of them, or one half', () => {
  const all = [
    { name: 'a', workloads: [], aside: true },
    { name: 'b', workloads: [], aside: false },
    { name: 'c', workloads: [], aside: true },
  ];
  const names = (environment: NodeJS.ProcessEnv) => wanted(all, environment).map(({ name }) => name);
  expect(names({})).toEqual(['a', 'b', 'c']);
  expect(names({ TORNWIRE_MUTATIONS_ASIDE: '1' })).toEqual(['a', 'c']);
  expect(names({ TORNWIRE_MUTATIONS_ASIDE: '0' })).toEqual(['b']);
  expect(names({ TORNWIRE_MUTATIONS: 'a,b', TORNWIRE_MUTATIONS_ASIDE: '1' })).toEqual(['a']);
  expect(() => names({ TORNWIRE_MUTATIONS: 'a,x' })).toThrow("there is no mutation 'x'");
});
