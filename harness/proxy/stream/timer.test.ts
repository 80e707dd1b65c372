import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as harness from '../../model/time/timer.ts';
import { eventually, proxyBed } from '../testing/proxy-bed.ts';
import type { ProxyBed } from '../testing/proxy-bed.ts';
import * as proxy from './timer.ts';

const YEAR_MS = 365 * 24 * 3600 * 1000;
const MONTH_MS = 30 * 24 * 3600 * 1000;

describe.each([
  ['the proxy', proxy.startTimer],
  ['the harness', harness.startTimer],
])('the timer of %s', (_whose, startTimer) => {
  test.each([2 ** 31 - 1, 2 ** 31, YEAR_MS, 2 ** 63, Number.POSITIVE_INFINITY])('of %d ms does not fire at once', async (ms) => {
    let fired = false;
    const timer = startTimer(ms, () => void (fired = true));
    await sleep(20);
    timer.cancel();
    expect(fired).toBe(false);
  });

  test('waits in steps, each as long as it may be, and is then on time', async () => {
    const began = performance.now();
    await new Promise<void>((resolve) => startTimer(60, resolve, 25));
    const tookMs = performance.now() - began;
    expect(tookMs).toBeGreaterThanOrEqual(57);
    expect(tookMs).toBeLessThan(500);
  });

  test('can be called off in any of its steps', async () => {
    let fired = false;
    const timer = startTimer(30, () => void (fired = true), 10);
    await sleep(15);
    timer.cancel();
    await sleep(40);
    expect(fired).toBe(false);
  });

  test.each([0, -5])('of %d ms fires at the next turn', async (ms) => {
    await new Promise<void>((resolve) => startTimer(ms, resolve));
  });
});

describe('a toxic', () => {
  let bed: ProxyBed;
  beforeAll(async () => {
    bed = await proxyBed();
  });
  afterAll(() => bed[Symbol.asyncDispose]());

  test.each([
    ['latency', { latency: MONTH_MS }],
    ['latency', { latency: MONTH_MS, jitter: MONTH_MS / 2 }],
    ['stall', { for_ms: MONTH_MS }],
    ['coalesce', { until_bytes: 1000, within_ms: MONTH_MS }],
    ['timeout', { timeout: MONTH_MS }],
    ['reset_peer', { timeout: MONTH_MS }],
  ])('%s of a month is one: %j', async (type, attributes) => {
    const link = await bed.link();
    await link.arm(type, 'upstream', attributes);
    const { client, server } = await link.open();
    client.send('x');
    await eventually('the byte at the proxy', async () => (await link.bytesIn('upstream')) === 1 || undefined);
    // A timer that is armed again and again turns the event loop every millisecond, in each stretch of time.
    const turns: number[] = [];
    for (let stretch = 0; stretch < 5; stretch += 1) turns.push(await turnsIn(40));
    expect(Math.min(...turns)).toBeLessThan(20);
    expect(server.text()).toBe('');
    expect([client.socket.closed, server.socket.closed]).toEqual([false, false]);
    await link.disarm(type);
  });

  test('slow_close of a month keeps the end back', async () => {
    const link = await bed.link();
    await link.arm('slow_close', 'upstream', { delay: MONTH_MS });
    const { client, server } = await link.open();
    client.socket.end('x');
    await server.received(1);
    await bed.seen('toxic-fired');
    await sleep(30);
    expect(server.socket.readableEnded).toBe(false);
    await link.disarm('slow_close');
    expect(await server.ended).toBe('eof');
  });

  test.each([
    ['slicer', { average_size: 10, size_variation: 0, delay: MONTH_MS * 1000 }],
    ['split', { every: 10, delay_us: MONTH_MS * 1000 }],
    ['split', { every: 10, delay_us: MONTH_MS * 1000, gap: 'paced' }],
  ])('%s with a pause of a month lets one slice pass: %j', async (type, attributes) => {
    const link = await bed.link();
    await link.arm(type, 'upstream', attributes);
    const { client, server } = await link.open();
    client.send('x'.repeat(30));
    const first = (await server.received(1)).length;
    await sleep(50);
    expect(server.text().length).toBe(first);
    expect(first).toBeLessThan(30);
    await link.disarm(type);
    await server.received(30);
  });

  const times: readonly [string, string, object, number][] = [
    ['latency', 'latency', {}, YEAR_MS],
    ['latency', 'jitter', {}, YEAR_MS],
    ['slow_close', 'delay', {}, YEAR_MS],
    ['timeout', 'timeout', {}, YEAR_MS],
    ['reset_peer', 'timeout', {}, YEAR_MS],
    ['slicer', 'delay', {}, YEAR_MS * 1000],
    ['stall', 'for_ms', {}, YEAR_MS],
    ['coalesce', 'within_ms', { until_bytes: 5 }, YEAR_MS],
    ['split', 'delay_us', { every: 1 }, YEAR_MS * 1000],
    ['split_utf8', 'delay_us', {}, YEAR_MS * 1000],
  ];
  test.each(times)('%s takes a %s of a year and refuses a longer one with 400', async (type, name, more, longest) => {
    const link = await bed.link();
    const add = (value: number) => bed.ask('POST', `/proxies/${link.name}/toxics`, { type, attributes: { ...more, [name]: value } });
    expect(await add(longest + 1)).toMatchObject({ status: 400, json: { error: expect.stringContaining(String(longest)) } });
    expect(await add(longest)).toMatchObject({ status: 200, json: { attributes: { [name]: longest } } });
    const update = await bed.ask('POST', `/proxies/${link.name}/toxics/${type}_downstream`, { attributes: { [name]: longest + 1 } });
    expect(update.status).toBe(400);
  });
});

async function turnsIn(ms: number): Promise<number> {
  const before = performance.nodeTiming.uvMetricsInfo.loopCount;
  await sleep(ms);
  return performance.nodeTiming.uvMetricsInfo.loopCount - before;
}
