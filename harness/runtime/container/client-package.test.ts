import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../../pack/manifest.ts';
import { clientVersion, INSTALL_CLIENT, noClient } from './client-package.ts';

test('where the package is not installed the one line that installs it is named', () => {
  expect(noClient('file:///nowhere/tornwire/dist/engine.js')).toEqual({
    why: 'testcontainers, which talks to the container engine, is not installed',
    cure: 'npm install --save-dev testcontainers@12',
  });
});

test('the repository has it, in a version that the named line would bring', async () => {
  const { peerDependencies } = JSON.parse(await readFile(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as {
    peerDependencies: Record<string, string>;
  };
  expect(noClient()).toBeUndefined();
  expect(clientVersion()).toMatch(/^12\./);
  expect(peerDependencies['testcontainers']).toBe('^12.2.0');
  expect(INSTALL_CLIENT).toContain('testcontainers@12');
});
