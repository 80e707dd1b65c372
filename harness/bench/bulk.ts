// Bulk copy and one-byte round trips through our proxy against Shopify's Toxiproxy. Both run at once and take turns, so
// whatever else the machine does affects both alike. The figures are ratios.
import type { Target } from './base/ends.ts';
import { atLeast, atMost, median, type Row } from './row.ts';
import { type Ends, ends, ourProxy, type ProxyUnderTest, residentMiB, shopifysProxy } from './base/stand.ts';

export interface BulkOptions {
  turns?: number;
  bytes?: number;
  roundTrips?: number;
}

export async function proxySpeed(options: BulkOptions = {}): Promise<Row[]> {
  const { turns = 7, bytes = 512 * 1024 * 1024, roundTrips = 5000 } = options;
  await using theirs = await shopifyOrThrow();
  await using ours = await ourProxy();
  await using both = await ends();
  const server = await both.server.listen();
  const rows: Row[] = [];
  for (const lane of LANES) {
    const dialled = {
      ours: await ours.proxy(lane.name, server, { framing: lane.framing }),
      theirs: await theirs.proxy(lane.name, server),
    };
    const bulk = await takingTurns(dialled, turns, (target) => gigabits(both, target, bytes, lane.framed));
    const echo = await takingTurns(dialled, turns, (target) => roundTripUs(both, target, roundTrips, lane.framed));
    rows.push(
      atLeast(`bulk-${lane.name}`, ratio(bulk), `of Toxiproxy's throughput (${shown(bulk, 'Gbit/s')})`, lane.bulkMin),
      atMost(`round-trip-${lane.name}`, ratio(echo), `of Toxiproxy's p50 (${shown(echo, 'us')})`, lane.roundTripMax),
    );
  }
  return rows;
}

const LANES = [
  { name: 'raw', framing: 'raw', framed: false, bulkMin: 1.1, roundTripMax: 0.8 },
  { name: 'websocket', framing: 'websocket', framed: true, bulkMin: 0.7, roundTripMax: 1.0 },
] as const;

/** A server that pushes for ever and a reader that stops: what the proxy keeps in between must have a bound. */
export async function proxyMemory(): Promise<Row[]> {
  await using ours = await ourProxy();
  await using both = await ends();
  const server = await both.server.listen();
  const rows: Row[] = [];
  for (const framing of ['raw', 'websocket']) {
    const dialled = await ours.proxy(`stopped-${framing}`, server, { framing });
    const before = residentMiB(ours.pid);
    const reading = both.perform(dialled, { do: 'stall', readBytes: 64 * 1024 * 1024, holdMs: 2000 });
    let peak = before;
    const looking = setInterval(() => (peak = Math.max(peak, residentMiB(ours.pid))), 20);
    await reading.finally(() => clearInterval(looking));
    rows.push(atMost(`stopped-reader-${framing}`, Math.round(peak - before), 'MiB more resident in the proxy', 48));
  }
  return rows;
}

interface Sides<T> {
  ours: T;
  theirs: T;
}

/** One unmeasured turn each, then turns with the order changed every time. */
async function takingTurns(dialled: Sides<Target>, turns: number, measure: (target: Target) => Promise<number>): Promise<Sides<number>> {
  const seen: Sides<number[]> = { ours: [], theirs: [] };
  for (let turn = -1; turn < turns; turn++) {
    const order = turn % 2 === 0 ? (['ours', 'theirs'] as const) : (['theirs', 'ours'] as const);
    for (const side of order) {
      const value = await measure(dialled[side]);
      if (turn >= 0) seen[side].push(value);
    }
  }
  return { ours: median(seen.ours), theirs: median(seen.theirs) };
}

async function gigabits(both: Ends, target: Target, bytes: number, framed: boolean): Promise<number> {
  const answer = await both.perform(target, { do: 'bulk', bytes, framed });
  if (!('took' in answer)) throw new Error('the client end did not tell how long it took');
  return (bytes * 8) / (answer.took / 1000) / 1e9;
}

async function roundTripUs(both: Ends, target: Target, rounds: number, framed: boolean): Promise<number> {
  const answer = await both.perform(target, { do: 'echo', rounds, warmUp: Math.ceil(rounds / 4), framed });
  if (!('roundTripsUs' in answer)) throw new Error('the client end gave no round trips');
  return median(answer.roundTripsUs);
}

async function shopifyOrThrow(): Promise<ProxyUnderTest> {
  const theirs = await shopifysProxy();
  if ('why' in theirs) throw new Error(theirs.why);
  return theirs;
}

function ratio(sides: Sides<number>): number {
  return Number((sides.ours / sides.theirs).toFixed(3));
}

function shown(sides: Sides<number>, unit: string): string {
  return `${sides.ours.toFixed(1)} against ${sides.theirs.toFixed(1)} ${unit}`;
}
