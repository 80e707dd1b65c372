// How a step is put in force on an engine: a toxic is added to its proxy, or the proxy is disabled. Each function gives its
// undo.
import type { ICreateToxicBody } from 'toxiproxy-node-client';
import type { LinkStep } from '../model/faults/fault.ts';
import type { BreakableSink } from './breakable-sink.ts';
import type { Control } from './api/api-client.ts';
import type { ToxicSpec } from './fault-to-toxic.ts';
import type { OpenEngine } from './engines/open-engine.ts';

interface Toxics {
  add(engine: OpenEngine, proxy: string, step: LinkStep, toxic: ToxicSpec): Promise<() => Promise<void>>;
  disable(engine: OpenEngine, proxy: string, step: LinkStep): Promise<() => Promise<void>>;
}

export function toxicsOn(sink: BreakableSink): Toxics {
  /** A proxy does not change while it lives: one look is enough for all that is armed on it. */
  const proxies = new Map<string, ReturnType<Control['client']['get']>>();
  return {
    async add(engine, name, step, spec) {
      const looked = proxies.get(name) ?? engine.control.client.get(name);
      proxies.set(name, looked);
      const proxy = await looked;
      const toxic = await proxy.addToxic(spec as ICreateToxicBody<ToxicSpec['attributes']>);
      await engine.witness.armed(step, name);
      return async () => {
        await toxic.remove();
        await engine.witness.lifted(step, name);
      };
    },
    /** The connections that are open then are the ones that the fault closes; a refused dial is seen by nobody. */
    async disable(engine, name, step) {
      const proxy = await engine.control.client.get(name);
      const { listen, upstream } = proxy;
      await engine.witness.drained();
      const open = [...(sink.open.get(step.link) ?? [])];
      await proxy.update({ enabled: false, listen, upstream });
      const inferredFrom = 'it was open when the link went down';
      for (const connection of open) sink.fired(step.id, { connection, direction: step.direction, byteOffset: 0, inferredFrom });
      return async () => void (await proxy.update({ enabled: true, listen, upstream }));
    },
  };
}
