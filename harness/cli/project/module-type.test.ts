import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { userProject } from '../testing/user-project.double.ts';

test('a project of CommonJS is told once what to change, and then its scenarios are found', async () => {
  await using project = await userProject();
  const declare = (type: string): Promise<void> => writeFile(join(project.root, 'package.json'), JSON.stringify({ type }));

  await declare('commonjs');
  const refused = await project.tornwire('list');
  expect(refused.err).toBe('tornwire: package.json says "type": "commonjs", and scenarios are ES modules: run npm pkg set type=module\n');
  expect(refused.code).toBe(2);

  await declare('module');
  expect(await project.tornwire('list', 'echo/answers')).toMatchObject({ code: 0, err: '' });
});
