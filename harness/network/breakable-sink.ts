// The sink of a run as the parts of a network share it. It says only once that the network broke, and counts open
// connections.
import { InjectorError, tellBroken, type NetworkSink } from './api/network-sink.ts';

export interface BreakableSink extends NetworkSink {
  /** Connections open now, by link. */
  readonly open: ReadonlyMap<string, ReadonlySet<number>>;
  /** What the injector could not do is known to the run even where the caller swallows the error. */
  guarded<T>(act: () => Promise<T>): Promise<T>;
}

export function breakableSink(sink: NetworkSink): BreakableSink {
  const open = new Map<string, Set<number>>();
  let isBroken = false;

  const broken: NetworkSink['broken'] = (detail, late) => {
    if (!isBroken) sink.broken(detail, late);
    isBroken = true;
  };

  return {
    open,
    connection(event, causedMs) {
      const numbers = open.get(event.link) ?? new Set();
      open.set(event.link, numbers);
      if (event.state === 'opened') numbers.add(event.connection);
      else numbers.delete(event.connection);
      sink.connection(event, causedMs);
    },
    frame: (event, causedMs) => sink.frame(event, causedMs),
    frameError: (event, causedMs) => sink.frameError(event, causedMs),
    fired: (step, hit, causedMs) => sink.fired(step, hit, causedMs),
    broken,
    async guarded(act) {
      try {
        return await act();
      } catch (error) {
        if (error instanceof InjectorError) tellBroken({ broken }, error);
        throw error;
      }
    },
  };
}
