// The machine's Chromium, driven by playwright-core, which is there where the repository's development packages are.
import { existsSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';

export interface ReportBrowser extends AsyncDisposable {
  /** Until the page has something to read, in milliseconds. */
  firstPaintMs(url: string): Promise<number>;
  firstScreen(url: string): Promise<Seen>;
  framesPerSecond(url: string): Promise<{ report: Moving; empty: Moving; redrawMs: number }>;
  /** How much of what a hostile program has written ran, was loaded or became an element. */
  attacksIn(url: string): Promise<number>;
  violations(urls: readonly string[]): Promise<number>;
}

export interface Seen {
  wanted: number;
  inSight: readonly string[];
  below: readonly string[];
}

/** Frames a second by how the page is moved. */
type Moving = Readonly<Record<string, number>>;

/** What a reader needs, and where it stands in the first case. */
const FIRST_SCREEN: Readonly<Record<string, string>> = {
  sentence: '#sentence-1',
  replay: '#replay-1',
  expected: '#case-1 .card.good',
  actual: '#case-1 .card.bad',
  'first wrong event': '#case-1 .two .two .card.bad, #case-1 .card.bad:has(+ .card.faulty)',
  fault: '#case-1 .card.faulty',
};
const MOVED_MS = 1_500;

/** @returns why not, where there is none. */
export async function browserHere(): Promise<ReportBrowser | { why: string }> {
  const file = [process.env['TORNWIRE_CHROMIUM'] ?? '', '/usr/bin/chromium', '/usr/bin/google-chrome'].find((each) => existsSync(each));
  if (file === undefined) return { why: 'no Chromium here: apt-get install chromium, or name one in TORNWIRE_CHROMIUM' };
  try {
    const { chromium } = await import('playwright-core');
    return driven(await chromium.launch({ executablePath: file, args: ['--no-sandbox'] }));
  } catch (error) {
    return { why: `Chromium could not be driven: ${(error as Error).message}` };
  }
}

function driven(browser: Browser): ReportBrowser {
  const open = async (url: string, more: Parameters<Browser['newPage']>[0] = {}): Promise<Page & AsyncDisposable> => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, ...more });
    await page.goto(url);
    return Object.assign(page, { [Symbol.asyncDispose]: () => page.close() });
  };
  return {
    async firstPaintMs(url) {
      await using page = await open(url);
      return await page.evaluate(firstPaint);
    },
    async firstScreen(url) {
      await using page = await open(url);
      const inSight = await page.evaluate(namesInSight, FIRST_SCREEN);
      const wanted = Object.keys(FIRST_SCREEN);
      return { wanted: wanted.length, inSight, below: wanted.filter((name) => !inSight.includes(name)) };
    },
    async framesPerSecond(url) {
      await using report = await open(url);
      await report.locator('#case-1 canvas').scrollIntoViewIfNeeded();
      await report.waitForFunction(() => (document.querySelector('#case-1 canvas') as HTMLCanvasElement).style.height !== '');
      const height = await report.evaluate(() => document.documentElement.scrollHeight);
      const { redrawMs, ...moved } = await report.evaluate(movedFor, MOVED_MS);
      await using empty = await open('about:blank');
      await empty.setContent(
        `<!doctype html><title>empty</title><div id="case-1"><div data-part="stage"></div></div><div style="height: ${height}px"></div>`,
      );
      const { redrawMs: _none, ...nothing } = await empty.evaluate(movedFor, MOVED_MS);
      return { report: moved, empty: nothing, redrawMs };
    },
    async attacksIn(url) {
      let count = 0;
      await using page = await open('about:blank');
      page.on('pageerror', () => (count += 1));
      page.on('console', (message) => (count += message.type() === 'error' ? 1 : 0));
      page.on('request', (request) => (count += request.url() === url ? 0 : 1));
      await page.goto(url);
      // A page that goes elsewhere while it is looked at has been made to.
      const made = await page.evaluate(everythingOpened).catch(() => 1);
      return made + count;
    },
    async violations(urls) {
      const { default: axe } = await import('axe-core');
      let count = 0;
      for (const url of urls)
        for (const colorScheme of ['light', 'dark'] as const) {
          await using page = await open(url, { colorScheme, bypassCSP: true });
          await page.addScriptTag({ content: axe.source });
          count += await page.evaluate(violationsHere);
        }
      return count;
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

// What follows runs in the page.

async function firstPaint(): Promise<number> {
  const paints = (): PerformanceEntry[] => performance.getEntriesByName('first-contentful-paint');
  while (paints().length === 0) await new Promise((done) => requestAnimationFrame(done));
  return paints()[0]?.startTime ?? Number.NaN;
}

function namesInSight(parts: Readonly<Record<string, string>>): string[] {
  return Object.entries(parts).flatMap(([name, selector]) => {
    const box = document.querySelector(selector)?.getBoundingClientRect();
    return box !== undefined && box.height > 0 && box.top >= 0 && box.bottom <= innerHeight ? [name] : [];
  });
}

/** Moves the page once a frame: zooms in and out, drags, scrolls. */
async function movedFor(ms: number): Promise<Record<string, number> & { redrawMs: number }> {
  const stage = document.querySelector('#case-1 [data-part="stage"]') as HTMLElement;
  const frame = (): Promise<number> => new Promise((done) => requestAnimationFrame(done));
  const { left, top, width } = stage.getBoundingClientRect();
  const at = (share: number): MouseEventInit => ({
    clientX: left + 120 + (width - 132) * share,
    clientY: top + 20,
    bubbles: true,
    cancelable: true,
  });
  const moves: Record<string, (turn: number) => void> = {
    zooming: (turn) => stage.dispatchEvent(new WheelEvent('wheel', { ...at(0.5), ctrlKey: true, deltaY: turn % 40 < 20 ? -1 : 1 })),
    dragging: (turn) => {
      if (turn === 0) stage.dispatchEvent(new PointerEvent('pointerdown', at(0.5)));
      window.dispatchEvent(new PointerEvent('pointermove', at(0.5 + 0.2 * Math.sin(turn / 10))));
    },
    scrolling: (turn) => window.scrollTo(0, (document.documentElement.scrollHeight - innerHeight) * (0.5 + 0.5 * Math.sin(turn / 20))),
  };
  const perSecond: Record<string, number> = {};
  for (const [how, move] of Object.entries(moves)) {
    const began = await frame();
    let now = began;
    let turns = 0;
    for (; now - began < ms; turns++) {
      move(turns);
      now = await frame();
    }
    perSecond[how] = Number(((1_000 * turns) / (now - began)).toFixed(1));
    window.dispatchEvent(new PointerEvent('pointerup', at(0)));
    (document.querySelector('#case-1 [data-part="fit"]') as HTMLElement | null)?.click();
  }
  return { ...perSecond, redrawMs: await redrawMs() };

  /** What a redraw takes: it stands between two callbacks of one animation frame. */
  async function redrawMs(): Promise<number> {
    const times: number[] = [];
    for (let turn = 0; turn < 20; turn++) {
      await frame();
      let began = 0;
      requestAnimationFrame(() => (began = performance.now()));
      (document.querySelector('#case-1 [data-part="fit"]') as HTMLElement | null)?.click();
      await new Promise<void>((done) => requestAnimationFrame(() => (times.push(performance.now() - began), done())));
    }
    return Number((times.toSorted((a, b) => a - b)[10] ?? 0).toFixed(2));
  }
}

/** Opens what can be opened, shows every event, and counts what text has become. */
async function everythingOpened(): Promise<number> {
  for (const each of document.querySelectorAll('details')) each.open = true;
  document.querySelector('[data-part="stage"]')?.scrollIntoView();
  for (const each of document.querySelectorAll<HTMLElement>('[data-jump]')) each.click();
  for (let index = 0; ; index++) {
    const button = document.querySelectorAll<HTMLElement>('[data-part="rows"] button')[index];
    if (button === undefined) break;
    button.click();
    button.dispatchEvent(new MouseEvent('mouseover', { bubbles: true }));
  }
  await new Promise((done) => setTimeout(done, 50));
  const made =
    'iframe, img, svg[onload], [onerror], [onload], [onmouseover], [onfocus], [autofocus], meta[http-equiv="refresh"], title ~ title';
  const scripts = document.querySelectorAll('script:not([type])').length - 1;
  const styles = document.querySelectorAll('style').length - 1;
  return document.querySelectorAll(made).length + scripts + styles + ('attacked' in window ? 1 : 0);
}

async function violationsHere(): Promise<number> {
  const { axe } = window as unknown as { axe: { run: () => Promise<{ violations: { nodes: object[] }[] }> } };
  return (await axe.run()).violations.reduce((sum, { nodes }) => sum + nodes.length, 0);
}
