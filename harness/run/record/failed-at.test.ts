import { expect, test } from 'vitest';
import { failedAt } from './failed-at.ts';

const FILE = '/project/scenarios/slow peers/a.scenario.ts';
const HARNESS = '    at attempt (file:///project/node_modules/tornwire/run/drive.ts:150:3)';

test.each([
  [
    'an assertion of the script',
    '    at Object.script (file:///project/scenarios/slow%20peers/a.scenario.ts:12:5)',
    'scenarios/slow peers/a.scenario.ts:12',
  ],
  ['a place alone', `    at ${FILE}:3:1`, 'scenarios/slow peers/a.scenario.ts:3'],
  [
    'a client that the script had called',
    `    at ask (file:///project/fixtures/clients.ts:7:1)\n${HARNESS}\n    at async script (${FILE}:20:3)`,
    'scenarios/slow peers/a.scenario.ts:20',
  ],
  ['a client alone', `${HARNESS}\n    at ask (file:///project/fixtures/clients.ts:7:1)`, 'fixtures/clients.ts:7'],
  ['nothing of the project', `    at read (node:fs:1:1)\n${HARNESS}`, undefined],
])('the place of %s', (_what, frames, place) => {
  expect(failedAt(`Error: at scenarios (a:1:1)\n${frames}`, FILE)).toBe(place);
});

test('a scenario outside of any folder of scenarios is told by its name', () => {
  expect(failedAt('Error: x\n    at script (/tmp/a.scenario.ts:4:1)', '/tmp/a.scenario.ts')).toBe('a.scenario.ts:4');
});
