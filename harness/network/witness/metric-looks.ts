// What Toxiproxy's log alone does not tell, its metrics do: whether a limit was reached, and, if nobody reads its log,
// whether anything has passed.
import type { Direction } from '../../model/system/link.ts';
import type { Control } from '../api/api-client.ts';
import { canBeFelt } from './felt.ts';
import type { NetworkSink } from '../api/network-sink.ts';
import { fire, type ArmedStep } from './toxiproxy-lane.ts';
import { countedBytes, type CountedBytes } from './toxiproxy-metrics.ts';

interface MetricLooks {
  bytesOf(proxy: string, direction: Direction): Promise<CountedBytes>;
  /** One look at a time; a look that fails is made again, and reported, by whoever waits for the next. */
  look(proxy: string, armed: ArmedStep): Promise<void>;
}

interface MetricLooksSettings {
  control: Control;
  sink: Pick<NetworkSink, 'fired'>;
  /** Whether its log is read. */
  logged: boolean;
  /** Resolves when the log was read up to now. */
  logRead: () => Promise<void>;
}

export function metricLooks({ control, sink, logged, logRead }: MetricLooksSettings): MetricLooks {
  let looks: Promise<void> = Promise.resolve();

  async function bytesOf(proxy: string, direction: Direction): Promise<CountedBytes> {
    const { status, text } = await control.call('GET', '/metrics');
    return status === 200 ? countedBytes(text, proxy, direction) : { sent: 0, received: 0 };
  }

  async function lookNow(proxy: string, armed: ArmedStep): Promise<void> {
    if (armed.step.fault.kind === 'limit-data' && logged) return lookAtLimit(proxy, armed, armed.step.fault.bytes);
    if (logged || armed.step.armAt !== 'start' || armed.reported || !canBeFelt(armed.step.fault)) return;
    const rose = (await bytesOf(proxy, armed.step.direction)).received - armed.receivedBefore;
    if (rose > 0) fire(sink, armed, 0, `toxiproxy_proxy_received_bytes_total rose by ${rose}`);
  }

  async function lookAtLimit(proxy: string, armed: ArmedStep, limit: number): Promise<void> {
    const batch = armed.ended.length;
    if (batch === 0 || armed.mixed) return;
    const { sent } = await bytesOf(proxy, armed.step.direction);
    await logRead();
    // One more has ended meanwhile: its bytes may or may not be counted yet. The next look will tell.
    if (armed.ended.length !== batch) return;
    const rose = sent - armed.sentBefore;
    armed.sentBefore = sent;
    const evidence = `toxiproxy_proxy_sent_bytes_total rose by ${rose} in ${batch} ended connection(s), the limit is ${limit}`;
    for (const connection of armed.ended.splice(0).slice(0, reachedAtLeast(limit, rose, batch))) fire(sink, armed, connection, evidence);
  }

  return {
    bytesOf,
    look(proxy, armed) {
      const next = looks.then(() => lookNow(proxy, armed));
      looks = next.catch(() => {});
      return next;
    },
  };
}

/** None of them sent more than the limit, so at least so many have reached it; of one alone it is exact. */
function reachedAtLeast(limit: number, sent: number, connections: number): number {
  return limit === 0 ? connections : Math.max(0, sent - connections * (limit - 1));
}
