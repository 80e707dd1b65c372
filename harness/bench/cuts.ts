// Acknowledged cuts: a thousand connections for each kind, cut at a byte while the sender pushes far more. Both ends of
// every connection must tell the same story, with exactly the bytes that were asked for.
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import type { Outcome, Target } from './base/ends.ts';
import { atLeast, atMost, type Row } from './row.ts';
import { descriptors, type Ends, ends, ourProxy, type ProxyUnderTest, residentMiB, temporaryFolder } from './base/stand.ts';
import { poll } from '../runtime/linux/poll.ts';

export interface CutOptions {
  connections?: number;
  atOnce?: number;
}

const CUT_AT = 4321;
const PUSH_BYTES = 80 * 1024;

export async function exactCuts(options: CutOptions = {}): Promise<Row[]> {
  const { connections = 1000, atOnce = 16 } = options;
  await using ours = await ourProxy();
  await using both = await ends();
  await using folder = await temporaryFolder();
  await using unixEnds = await ends();
  const tcp = await both.server.listen();
  const unix = await unixEnds.server.listen({ path: join(folder.path, 's') });
  const rows: Row[] = [];
  for (const { name, how, server, stand } of [
    { name: 'tcp-fin', how: 'fin', server: tcp, stand: both },
    { name: 'tcp-rst', how: 'rst', server: tcp, stand: both },
    { name: 'tcp-half-close', how: 'half_close', server: tcp, stand: both },
    { name: 'unix-fin', how: 'fin', server: unix, stand: unixEnds },
    { name: 'unix-reset', how: 'rst', server: unix, stand: unixEnds },
  ]) {
    const dialled = await cutting(ours, name, server, how, connections);
    const stories = await storiesOf(stand, dialled, connections, atOnce);
    const [best = ['none', 0], ...others] = [...stories].sort((a, b) => b[1] - a[1]);
    const also = others.length === 0 ? '' : `; also ${others.map(([story, times]) => `${story} (${times})`).join(', ')}`;
    const exact = best[0].startsWith(`${CUT_AT} bytes`) ? best[1] : 0;
    rows.push(atLeast(`cut-${name}`, exact / connections, `of ${connections}: ${best[0]}${also}`, 1));
    await ours.remove(name);
  }
  return rows;
}

/** After a thousand connections were opened, cut and closed, the proxy holds what it held before. */
export async function cutsLeaveNothing(options: CutOptions = {}): Promise<Row[]> {
  const { connections = 1000, atOnce = 16 } = options;
  await using ours = await ourProxy();
  await using both = await ends();
  const server = await both.server.listen();
  const dialled = await cutting(ours, 'leave-nothing', server, 'rst', connections * 3);
  // Memory is only comparable once buffers and compiled code are there: two thousand connections first.
  await storiesOf(both, dialled, connections * 2, atOnce);
  const fdsBefore = await lowest(() => descriptors(ours.pid));
  const memoryBefore = await lowest(() => residentMiB(ours.pid));
  await storiesOf(both, dialled, connections, atOnce);
  const fdsLeft = (await lowest(() => descriptors(ours.pid))) - fdsBefore;
  const memoryLeft = (await lowest(() => residentMiB(ours.pid))) - memoryBefore;
  return [
    atMost('cut-descriptors-left', fdsLeft, `after ${connections} connections cut`, 0),
    atMost('cut-memory-left', Math.max(0, Math.round(memoryLeft)), `MiB after ${connections} connections cut`, 10),
  ];
}

async function cutting(ours: ProxyUnderTest, name: string, server: Target, how: string, times: number): Promise<Target> {
  const dialled = await ours.proxy(name, server);
  const attributes = { how, at_byte: CUT_AT, times };
  await ours.toxic(name, { name: 'cut', type: 'cut', stream: 'downstream', toxicity: 1, attributes });
  return dialled;
}

/** How both ends together tell each connection, and how often each story was told. */
async function storiesOf(both: Ends, target: Target, connections: number, atOnce: number): Promise<Map<string, number>> {
  const answer = await both.perform(target, { do: 'cuts', connections, atOnce, pushBytes: PUSH_BYTES });
  if (!('outcomes' in answer)) throw new Error('the client end gave no outcomes');
  const servers = new Map((await serverOutcomes(both, connections)).map((outcome) => [outcome.id, outcome]));
  const stories = new Map<string, number>();
  for (const client of answer.outcomes) {
    const server = servers.get(client.id);
    const story = `${client.bytes} bytes, reader ${client.ended}, sender ${server?.ended ?? 'never heard of it'}${server?.bytes ? ` after ${server.bytes} late bytes` : ''}`;
    stories.set(story, (stories.get(story) ?? 0) + 1);
  }
  return stories;
}

/** The server learns of the last ends a little later than the client; those that never come are told as such. */
async function serverOutcomes(both: Ends, connections: number): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const allEnded = async (): Promise<true | undefined> => {
    outcomes.push(...((await both.server.outcomes()) as Outcome[]));
    return outcomes.length >= connections || undefined;
  };
  await poll(allEnded, { withinMs: 5_000 });
  return outcomes;
}

/** The lowest of some looks: a garbage collection or a late close may be under way. */
async function lowest(look: () => number): Promise<number> {
  let low = Number.POSITIVE_INFINITY;
  for (let looks = 0; looks < 20; looks++) {
    low = Math.min(low, look());
    // Between two of the 20 looks, 2 s in all.
    await sleep(100);
  }
  return low;
}
