import { expect, test } from 'vitest';
import { fault } from '../../model/faults/steps.ts';
import { historyOf, PLAN, type Written } from '../testing/written-history.contract.ts';
import { restsOn } from './rests-on.ts';

test('a pass says which steps need not fire and did not', () => {
  const link = 'bridge->room';
  const [may, must] = [fault(link, { kind: 'drop' }, { mayFire: true }), fault(link, { kind: 'cut', how: 'fin' })];
  const fired: Written = {
    atMs: 10,
    kind: 'fault',
    step: may.id,
    fault: 'drop',
    target: link,
    state: 'fired',
    hit: { kind: 'link', connection: 1, direction: 'downstream', byteOffset: 0 },
  };
  const plan = { ...PLAN, schedule: [may, must] };
  expect(restsOn(historyOf([]), plan)).toEqual([`a run without 'drop ${link}', which did not fire and need not`]);
  expect(restsOn(historyOf([fired]), plan)).toEqual([]);
});
