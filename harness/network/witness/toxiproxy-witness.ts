// What Toxiproxy did, inferred. It has no events. But its log tells of every connection when it is set up and removed, and
// its metrics tell the bytes of connections that have ended.
import type { Control } from '../api/api-client.ts';
import type { Engine } from '../api/engine.ts';
import { logHandshake } from './log-handshake.ts';
import { metricLooks } from './metric-looks.ts';
import { laneOf, type InferringSink, type Lane } from './toxiproxy-lane.ts';
import { factIn } from './toxiproxy-log.ts';
import type { Witness } from './witness.ts';

export interface ToxiproxyWitnessSettings {
  /** Proxy name -> link name. */
  links: ReadonlyMap<string, string>;
  sink: InferringSink;
  control: Control;
  /** Where its log is not read, only the metrics can tell, and only of what was armed before any traffic. */
  engine: Engine;
  deadlineMs: number;
}

export function toxiproxyWitness(settings: ToxiproxyWitnessSettings): Witness & { line(line: string): void } {
  const { links, sink, control, engine, deadlineMs } = settings;
  const handshake = logHandshake(control, deadlineMs);
  const logRead = async (): Promise<void> => {
    if (engine.logged) await handshake.shake();
  };
  const metrics = metricLooks({ control, sink, logged: engine.logged, logRead });
  const lanes = new Map(
    [...links].map(([proxy, link]) => [proxy, laneOf(link, sink, (armed) => void metrics.look(proxy, armed).catch(() => {}))]),
  );

  return {
    line(text) {
      const fact = factIn(text);
      if (fact?.what === 'called') handshake.called(fact.url);
      else if (fact) lanes.get(fact.proxy)?.take(fact);
    },
    async armed(step, proxy) {
      const bytesBefore = await metrics.bytesOf(proxy, step.direction);
      // What the log tells from here on happened after arming.
      await logRead();
      laneNamed(lanes, proxy).arm(step, bytesBefore);
    },
    async lifted(step, proxy) {
      const lane = laneNamed(lanes, proxy);
      const armed = lane.armed.get(step.id);
      if (!armed) return;
      await logRead();
      lane.disarm(step.id);
      await metrics.look(proxy, armed);
    },
    async drained() {
      await logRead();
      for (const [proxy, lane] of lanes) for (const armed of lane.armed.values()) await metrics.look(proxy, armed);
    },
    async [Symbol.asyncDispose]() {
      handshake.forget();
    },
  };
}

function laneNamed(lanes: ReadonlyMap<string, Lane>, proxy: string): Lane {
  const lane = lanes.get(proxy);
  if (!lane) throw new Error(`no proxy '${proxy}' in this network`);
  return lane;
}
