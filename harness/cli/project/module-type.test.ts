import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { userProject } from '../testing/user-project.double.ts';

test('a project of CommonJS is told once what to change, its .mts and its own CommonJS are scenarios, and as ES modules all are', async () => {
  await using project = await userProject();
  const declare = (type: string): Promise<void> => writeFile(join(project.root, 'package.json'), JSON.stringify({ type }));

  await declare('commonjs');
  const refused = await project.tornwire('list');
  expect(refused.err).toBe(
    'tornwire: package.json says "type": "commonjs", and scenarios/echo/answers-in-time.scenario.ts is an ES module: ' +
      'run npm pkg set type=module, or let it and what it imports end in .mts\n',
  );
  expect(refused.code).toBe(2);

  const scenarios = join(project.root, 'scenarios');
  await rename(scenarios, join(project.root, 'kept'));
  await mkdir(scenarios);
  await writeFile(join(scenarios, 'new.scenario.mts'), SCENARIO.replace('module.exports =', 'export default'));
  await writeFile(join(scenarios, 'old.scenario.js'), `const { defineScenario } = require('tornwire');\n${SCENARIO}`);
  expect(await project.tornwire('list')).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/^new\n[^]*^old\n/m) });

  await rm(scenarios, { recursive: true });
  await rename(join(project.root, 'kept'), scenarios);
  await declare('module');
  expect(await project.tornwire('list', 'echo/answers')).toMatchObject({ code: 0, err: '' });
});

const SCENARIO = `module.exports = {
  title: 'nothing is started',
  expectation: 'nothing goes wrong',
  tags: [],
  system: { name: 'none', topology: { nodes: [], links: [] }, clients: () => ({}) },
  parameters: {},
  schedule: () => [],
  oracles: [],
  restWithin: '1s',
  within: '1s',
  script: async () => {},
};
`;
