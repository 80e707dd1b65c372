// A page in a real browser cannot use the control API, whatever it tries: nobody asked the person in front of it. It runs where a
// Chromium is found (TORNWIRE_CHROMIUM, or on PATH), and says so where there is none.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { proxyBed } from '../testing/proxy-bed.ts';

const WITHIN_MS = 120_000;

function chromium(): string | undefined {
  const named = process.env['TORNWIRE_CHROMIUM'];
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const places =
    named === undefined
      ? folders.flatMap((folder) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(folder, name)))
      : [named];
  const found = places.find((place) => {
    try {
      accessSync(place, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  return found !== undefined && spawnSync(found, ['--version'], { timeout: 20_000 }).status === 0 ? found : undefined;
}

/** Everything that a page can do without being asked. `evil.example` leads to the API, as a rebinding page makes its own name do. */
const PAGE = (api: string, port: number): string => `<!doctype html><title>a page</title><pre id="said">not yet</pre>
<form id="form" method="post" enctype="text/plain" action="${api}/proxies" target="frame">
  <input name='{"name":"form","listen":"127.0.0.1:0","upstream":"10.0.0.1:80","x":"' value='"}'></form>
<iframe name="frame"></iframe><img src="${api}/proxies"><script src="${api}/events?follow=0"></script>
<script>
const body = (name) => JSON.stringify({ name, listen: '127.0.0.1:0', upstream: '10.0.0.1:80' });
const tries = {
  plain: () => fetch('${api}/proxies'),
  simple: () => fetch('${api}/proxies', { method: 'POST', mode: 'no-cors', body: body('simple') }),
  json: () => fetch('${api}/proxies', { method: 'POST', headers: { 'content-type': 'application/json' }, body: body('json') }),
  rebound: () => fetch('http://evil.example:${port}/proxies', { method: 'POST', mode: 'no-cors', body: body('rebound') }),
  beacon: async () => ({ type: String(navigator.sendBeacon('${api}/proxies', body('beacon'))) }),
};
(async () => {
  const said = {};
  document.getElementById('form').submit();
  for (const [name, act] of Object.entries(tries))
    said[name] = await act().then(async (r) => r.type + ' ' + (r.status ? r.status + ' ' + (await r.text()) : ''), (e) => 'refused ' + e.message);
  document.getElementById('said').textContent = JSON.stringify(said);
  document.title = 'done';
})();
</script>`;

const browser = chromium();

test.skipIf(browser === undefined)(
  'a page can neither make a proxy nor read anything, by a form, a script, a beacon or a name that was pointed here',
  async ({ skip }) => {
    await using bed = await proxyBed();
    const port = Number(new URL(bed.url).port);
    const pages = createServer((_request, response) => response.setHeader('content-type', 'text/html').end(PAGE(bed.url, port))).listen(
      0,
      '127.0.0.1',
    );
    await once(pages, 'listening');
    const home = await mkdtemp(join(tmpdir(), 'tw-browser-'));
    try {
      const page = `http://127.0.0.1:${(pages.address() as AddressInfo).port}/`;
      const run = await execa(
        browser ?? '',
        [
          '--headless',
          '--no-sandbox',
          '--disable-gpu',
          '--disable-dev-shm-usage',
          `--user-data-dir=${home}`,
          // As DNS rebinding does it: the page's own name leads here. Some browsers let a page say that it is none.
          `--host-resolver-rules=MAP evil.example 127.0.0.1`,
          '--user-agent=curl/8',
          '--virtual-time-budget=20000',
          '--timeout=90000',
          '--dump-dom',
          page,
        ],
        { timeout: WITHIN_MS, reject: false, env: { HOME: home } },
      );
      const said = /<pre id="said">([^<]*)</.exec(run.stdout)?.[1] ?? run.stderr;
      skip(!said.includes('plain'), `the browser did not come to its end here: ${said.slice(0, 300)}`);
      expect(said).not.toMatch(/upstream|10\.0\.0\.1|(?:basic|cors) 2\d\d/);
      expect(await (await fetch(`${bed.url}/proxies`)).json()).toEqual({});
    } finally {
      pages.close();
      pages.closeAllConnections();
      await rm(home, { recursive: true, force: true });
    }
  },
  WITHIN_MS + 30_000,
);

test.skipIf(browser !== undefined)('no browser was found: what a page can do was not tried here (apt-get install chromium)', () => {
  expect(browser).toBeUndefined();
});
