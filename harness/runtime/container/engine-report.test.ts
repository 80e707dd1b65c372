import { afterEach, expect, test } from 'vitest';
import { containerRuntime } from './container-runtime.ts';
import { engineReport } from './engine-report.ts';
import { IMAGES } from './images/images.ts';

const usual = process.env['DOCKER_HOST'];

afterEach(() => {
  if (usual === undefined) delete process.env['DOCKER_HOST'];
  else process.env['DOCKER_HOST'] = usual;
});

test.each(['tcp://engine.example:2376', 'unix:///nowhere/docker.sock'])('with DOCKER_HOST=%s it misses what a run misses', async (host) => {
  process.env['DOCKER_HOST'] = host;
  const report = await engineReport();
  const { why, cure } = 'missing' in report ? report.missing : { why: 'nothing', cure: 'none' };
  expect(await containerRuntime().unavailable()).toBe(`${why}: ${cure}, or use --runtime process`);
});

test('an engine that a run can live on has a version and the base image', async ({ skip }) => {
  const missing = await containerRuntime().unavailable();
  skip(missing !== undefined, missing);
  expect(await engineReport()).toMatchObject({
    version: expect.stringMatching(/^\d+\./),
    unsuitable: undefined,
    images: expect.arrayContaining([IMAGES.base]),
  });
});
