// The report as a person opens it: how big it is, how long it takes to write and to show, how smoothly its timeline moves, what is on
// the first screen, what hostile text does, and what axe-core says. The browser is the machine's own Chromium.
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { page } from '../report/html/page.ts';
import { ATTACK_KINDS } from '../report/html/testing/hostile.double.ts';
import { runViewOf } from '../report/view/run-view.ts';
import { atLeast, atMost, median, notMeasured, told, type Row } from './row.ts';
import { browserHere, type Seen } from './report/browser.ts';
import { hostileRun, longCase, runOf106, type WrittenRun } from './report/runs.ts';

const TURNS = 5;

export async function reportFigures(): Promise<Row[]> {
  await using many = await written(await runOf106());
  await using long = await written(await longCase());
  const rows = [
    atMost('report-106-cases-size', Number((many.bytes / 1_048_576).toFixed(2)), 'MiB, 106 cases, 5 failed', 3),
    atMost('report-106-cases-write', many.writeS, 's to read 106 histories and write the file', 2),
    told('report-10000-events-size', Number((long.bytes / 1_048_576).toFixed(2)), 'MiB'),
  ];
  const browser = await browserHere();
  if ('why' in browser) return [...rows, notMeasured('report-in-a-browser', browser.why)];
  await using _browser = browser;
  const manyPaintS = await paintS(browser, many.url);
  const longPaintS = await paintS(browser, long.url);
  const seen = await browser.firstScreen(many.url);
  const moving = await browser.framesPerSecond(long.url);
  rows.push(
    atMost('report-106-cases-first-paint', manyPaintS, 's', 1),
    atMost('report-10000-events-first-paint', longPaintS, 's', 1.5),
    ...Object.entries(moving.report).map(([how, perSecond]) =>
      atLeast(
        `report-10000-events-${how}`,
        perSecond,
        `frames a second (an empty page: ${moving.empty[how]})`,
        Number(Math.min(50, 0.9 * (moving.empty[how] ?? 0)).toFixed(1)),
      ),
    ),
    told('report-10000-events-redraw', moving.redrawMs, 'ms for one redraw with all events in view'),
    atLeast('report-first-screen', seen.inSight.length, `of ${seen.wanted} parts at 1280 x 800 (${outOf(seen)})`, seen.wanted),
    atMost(
      'report-hostile-text',
      await attacksThatRan(browser),
      `things that ran or became elements, ${ATTACK_KINDS} attacks in each field`,
      0,
    ),
    atMost('report-accessibility', await browser.violations([many.url, long.url]), 'violations by axe-core, light and dark', 0),
  );
  return rows;
}

function outOf({ below }: Seen): string {
  return below.length === 0 ? 'none is below' : `below: ${below.join(', ')}`;
}

async function paintS(browser: { firstPaintMs(url: string): Promise<number> }, url: string): Promise<number> {
  const times: number[] = [];
  for (let turn = 0; turn < TURNS; turn++) times.push(await browser.firstPaintMs(url));
  return Number((median(times) / 1_000).toFixed(3));
}

async function attacksThatRan(browser: { attacksIn(url: string): Promise<number> }): Promise<number> {
  let count = 0;
  for (let first = 0; first < ATTACK_KINDS; first++) {
    await using hostile = await written(await hostileRun(first));
    count += await browser.attacksIn(hostile.url);
  }
  return count;
}

/** The file, written as a run writes it; the median of some turns. */
async function written({ folder, summary }: WrittenRun): Promise<{ url: string; bytes: number; writeS: number } & AsyncDisposable> {
  const file = join(folder, 'report.html');
  const times: number[] = [];
  await mkdir(folder, { recursive: true });
  for (let turn = 0; turn < TURNS; turn++) {
    const began = performance.now();
    await writeFile(file, page(await runViewOf(folder, summary)));
    times.push(performance.now() - began);
  }
  return {
    url: pathToFileURL(file).href,
    bytes: (await stat(file)).size,
    writeS: Number((median(times) / 1_000).toFixed(3)),
    [Symbol.asyncDispose]: () => rm(join(folder, '../../..'), { recursive: true, force: true }),
  };
}
