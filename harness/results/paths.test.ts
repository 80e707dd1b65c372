import { expect, test } from 'vitest';
import { resultPaths, runPaths } from './paths.ts';

const run = runPaths(resultPaths('/p/results'), 'run');

test.each<[string, string | undefined, string]>([
  ['links/cut', undefined, '0001-links-cut'],
  ['links/cut', 'W1', '0001-links-cut-W1'],
  ['../../../up', 'x/../../../up', '0001--..-..-up-x-..-..-..-up'],
  ['a\0b', undefined, '0001-a-b'],
])('the folder of a case of %j with defect %j lies in its run', (scenario, defect, folder) => {
  expect(run.caseFolder(1, scenario, defect)).toBe(`/p/results/runs/run/cases/${folder}`);
});
