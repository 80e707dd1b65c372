// The page in a browser: Debian's Chromium, driven by playwright-core. It is started once; without it the tests are skipped, and say so.
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { source } from 'axe-core';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runViewOf } from '../view/run-view.ts';
import { page as pageOf } from './page.ts';
import { filledUp, hostileEvents, hostileRow, writtenRun } from './testing/hostile.double.ts';

const CHROMIUM = [process.env['TORNWIRE_CHROMIUM'] ?? '', '/usr/bin/chromium', '/usr/bin/google-chrome'].find((file) => existsSync(file));
const missing = CHROMIUM === undefined ? 'no Chromium here: apt-get install chromium' : undefined;
if (missing !== undefined) process.stderr.write(`report in a browser: skipped, ${missing}\n`);

let browser: Browser;
let folder: string;
let url: string;

beforeAll(async () => {
  if (missing !== undefined) return;
  const first = hostileRow({
    scenario: 'hostile/one',
    findings: [{ oracle: 'hang', message: "'an answer' did not happen within 100 ms", events: [4, 17] }],
    replay: 'npx tornwire repro results/repros/x.json',
  });
  const written = await writtenRun([first, hostileRow({ folder: null })], filledUp(hostileEvents(), 10_000));
  folder = written.folder;
  const file = join(folder, 'report.html');
  await writeFile(file, pageOf(await runViewOf(folder, written.summary)));
  url = pathToFileURL(file).href;
  browser = await chromium.launch({ executablePath: CHROMIUM as string, args: ['--no-sandbox'] });
}, 60_000);
afterAll(async () => {
  await browser?.close();
  if (folder !== undefined) await rm(join(folder, '../../..'), { recursive: true, force: true });
});

async function opened(more: Parameters<Browser['newPage']>[0] = {}): Promise<{ page: Page; wrong: string[] }> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, ...more });
  const wrong: string[] = [];
  page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
  page.on('pageerror', (error) => wrong.push(error.message));
  page.on('request', (request) => request.url() !== url && wrong.push(`it loads ${request.url()}`));
  await page.goto(url);
  return { page, wrong };
}

test('it opens, nothing that is hostile runs, nothing is loaded, and the first screen holds what a reader needs', async ({ skip }) => {
  skip(missing !== undefined, missing);
  const { page, wrong } = await opened();
  for (const name of ['#sentence-1', '#replay-1', '.card.bad', '.card.faulty']) {
    const bottom = await page
      .locator(name)
      .first()
      .evaluate((each) => each.getBoundingClientRect().bottom);
    expect({ name, inSight: bottom <= 800 }).toEqual({ name, inSight: true });
  }
  expect(await page.locator('#sentence-1').textContent()).toBe("'an answer' did not happen within 100 ms");
  expect(await page.evaluate(() => ('attacked' in window ? 'attacked' : 'well'))).toBe('well');
  expect(await page.locator('article').count()).toBe(2);
  expect(wrong).toEqual([]);
  await page.close();
});

test('it filters, jumps, opens a frame at the place that was hit, goes by keys, and copies the replay line', async ({ skip }) => {
  skip(missing !== undefined, missing);
  const { page, wrong } = await opened();
  const one = page.locator('#case-1');
  await one.locator('[data-jump="17"]').first().click();
  await expect
    .poll(() => one.locator('[data-part="told"]').textContent())
    .toMatch(/^event 17 at 0\.048 s, script \(wrong\): it did not come within 100 ms/);
  await one.locator('summary', { hasText: 'Events as a table' }).click();
  expect(await one.locator('[data-part="count"]').textContent()).toBe('10000 of 10000 events, page 1 of 100');
  await one.locator('[data-part="kind"]').selectOption('log');
  await one.locator('[data-part="text"]').fill('line 50');
  expect(await one.locator('[data-part="count"]').textContent()).toBe('23 of 10000 events, page 1 of 1');
  await one.locator('[data-part="kind"]').selectOption('frame');
  await one.locator('[data-part="text"]').fill('payload');
  await one.locator('tbody[data-part="rows"] button').first().click();
  expect(await one.locator('[data-part="hex"] mark').textContent()).toBe('61');
  expect(await one.locator('[data-part="decoded"] mark').textContent()).toBe('a');
  // Of a link without framing the firing itself shows the bytes, numbered as in the stream.
  await one.locator('[data-part="kind"]').selectOption('fault');
  await one.locator('[data-part="text"]').fill('byte 40');
  await one.locator('tbody[data-part="rows"] button').first().click();
  expect(await one.locator('[data-part="hex"]').textContent()).toMatch(/^000027 {2}00 fe 20 62/);
  expect(await one.locator('[data-part="hex"] mark').textContent()).toBe('fe');
  await one.locator('[data-part="text"]').fill('');
  await one.locator('[data-part="kind"]').selectOption('');
  await one.locator('[data-part="stage"]').press('Home');
  await one.locator('[data-part="stage"]').press('n');
  await expect.poll(() => one.locator('[data-part="told"]').textContent()).toMatch(/^event 4 .*\(proof\)/);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await one.locator('[data-copy]').click();
  await expect.poll(() => one.locator('[data-copy]').textContent()).toBe('Copied');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('npx tornwire repro results/repros/x.json');
  expect(wrong).toEqual([]);
  await page.close();
});

test('without a script it tells the finding, and axe-core finds nothing in light and dark', async ({ skip }) => {
  skip(missing !== undefined, missing);
  const plain = await opened({ javaScriptEnabled: false });
  const said = await plain.page.locator('#case-1').innerText();
  for (const words of ["'an answer' did not happen within 100 ms", 'EXPECTED', 'ACTUAL', 'npx tornwire repro results/repros/x.json'])
    expect(said).toContain(words);
  expect(await plain.page.locator('[data-copy]').first().isVisible()).toBe(false);
  await plain.page.close();
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page } = await opened({ colorScheme, bypassCSP: true });
    await page.addScriptTag({ content: source });
    const violations = await page.evaluate(
      async (rules) => {
        const { axe: checker } = window as unknown as {
          axe: { run: (rules: object) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
        };
        return (await checker.run(rules)).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
      },
      colorScheme === 'dark' ? { runOnly: ['color-contrast'] } : {},
    );
    expect({ colorScheme, violations }).toEqual({ colorScheme, violations: [] });
    await page.close();
  }
});
