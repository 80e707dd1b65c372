import { expect, test } from 'vitest';
import { containerRuntime } from './container-runtime.ts';
import { connectEngine } from './docker-engine.ts';
import { cureForImage, IMAGES } from './images/images.ts';
import { ask, describeRuntime, newRunId, silence } from '../testing/runtime.contract.ts';

const runtime = containerRuntime();
const missing = await runtime.unavailable();

describeRuntime({
  runtime,
  processes: true,
  outlived: false,
  missing,
  async onEngine(runId) {
    const engine = await connectEngine();
    const { containers, networks } = await engine.listRun(runId);
    return [...containers, ...networks];
  },
});

test("Shopify's Toxiproxy runs as a helper program from its own image", async ({ skip }) => {
  skip(missing !== undefined, missing);
  const engine = await connectEngine();
  skip(!(await engine.hasImage(IMAGES.toxiproxy)), cureForImage(IMAGES.toxiproxy));
  const { signal } = new AbortController();
  await using ground = await runtime.prepare({ runId: newRunId(), topology: { nodes: [], links: [] }, proxied: [], signal });
  const command = ['toxiproxy-server', '-host', '{host}', '-port', '8474'];
  const settings = { name: 'toxiproxy', image: IMAGES.toxiproxy, command, apiPort: 8474, links: [], readyWithinMs: 10_000 };
  const toxiproxy = await ground.launch(settings, silence);
  expect(await ask({ transport: 'tcp', ...toxiproxy.api }, '/version')).toContain('version');
});

test('an image that is missing is named with its cure', () => {
  expect(cureForImage(IMAGES.base)).toBe("image tornwire/base:latest is missing: build it with 'npx tornwire images'");
  expect(cureForImage('somebody/else:1')).toBe('image somebody/else:1 is missing and cannot be pulled: build or load it');
});
