import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { findToxiproxy } from '../../network/engines/engines.ts';
import { addressOf, listening } from './toxiproxy-ends.contract.ts';
import { renderDifferences, toxiproxyDifferencesContract } from './toxiproxy-differences.contract.ts';
import { toxiproxyToxicsContract } from './toxiproxy-toxics.contract.ts';
import { type ServerUnderTest, toxiproxyApiContract } from './toxiproxy.contract.ts';

const found = await findToxiproxy('process');
const ours = { name: 'our proxy', start: startOurs };
toxiproxyApiContract(ours);
toxiproxyToxicsContract(ours);
toxiproxyDifferencesContract({ ...ours, side: 'own' });

if ('binary' in found) {
  const { binary } = found;
  const shopify = { name: `Shopify's Toxiproxy`, start: () => startShopify(binary) };
  toxiproxyApiContract(shopify);
  toxiproxyToxicsContract(shopify);
  toxiproxyDifferencesContract({ ...shopify, side: 'toxiproxy' });
} else {
  const why = 'missing' in found ? found.missing : 'TORNWIRE_TOXIPROXY names a server that is not ours to start';
  console.warn(`the Toxiproxy contract was run against our proxy only: ${why}`);
  test(`Shopify's Toxiproxy keeps the same contract: ${why}`, ({ skip }) => skip());
}

test('the documentation lists the differences as they are', async () => {
  await expect(renderDifferences()).toMatchFileSnapshot('../../../docs/reference/toxiproxy-differences.md');
});

async function startOurs(): Promise<ServerUnderTest> {
  const serve = join(import.meta.dirname, '../serve.ts');
  const child = spawn(process.execPath, [serve, '--listen', '127.0.0.1:0', '--seed', '1', '--exit-with-parent'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const { host, port } = JSON.parse(line) as { host: string; port: number };
  return {
    url: `http://${host}:${port}`,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

async function startShopify(binary: string): Promise<ServerUnderTest> {
  const port = await freePort();
  const child = spawn(binary, ['-host', '127.0.0.1', '-port', String(port)], { stdio: ['ignore', 'pipe', 'ignore'] });
  const url = `http://127.0.0.1:${port}`;
  await answering(url);
  child.stdout.resume();
  return {
    url,
    async [Symbol.asyncDispose]() {
      // Some differences end it.
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** Toxiproxy does not say which port it was given, so it must be told one. */
async function freePort(): Promise<number> {
  const server = createServer();
  await listening(server);
  const port = Number(addressOf(server).split(':')[1]);
  server.close();
  await once(server, 'close');
  return port;
}

async function answering(url: string): Promise<void> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const up = await fetch(`${url}/version`).then(
      () => true,
      () => false,
    );
    if (up) return;
    if (performance.now() > deadline) throw new Error(`nothing answered at ${url} within 10 s`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
