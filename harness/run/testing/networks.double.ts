// Networks without proxies, for tests of the run: links are dialled directly, what is asked of the network is written
// down in order, and the test plays the engine: it says when a fault fires and when the engine breaks.
import type { LinkStep } from '../../model/faults/fault.ts';
import type { Hit, Late } from '../../model/judging/history.ts';
import { InjectorError, type NetworkSink } from '../../network/api/network-sink.ts';
import type { Networks } from '../../network/network.ts';

export interface NetworksDouble extends Networks {
  /** `open`, `arm <id>`, `lift <id>`, `lift all`, `drained`, `closed`. */
  readonly calls: string[];
  fire(step: string, hit?: Partial<Hit>): void;
  break(detail: string, late?: Late): void;
  readonly sink: NetworkSink;
}

export interface NetworksPlan {
  refused?: string;
  /** Arming this step breaks the engine. */
  breaksOn?: string;
  onArm?: (step: LinkStep) => void;
}

export function networksDouble(plan: NetworksPlan = {}): NetworksDouble {
  const calls: string[] = [];
  let opened: NetworkSink | undefined;
  const sink = (): NetworkSink => {
    if (!opened) throw new Error('the network was not opened yet');
    return opened;
  };
  return {
    calls,
    get sink() {
      return sink();
    },
    fire: (step, hit) => sink().fired(step, { connection: 1, direction: 'downstream', byteOffset: 0, ...hit }),
    break: (detail, late) => sink().broken(detail, late),
    route: async () => (plan.refused === undefined ? { routing: new Map() } : { refused: plan.refused, byDesign: true }),
    async open(request) {
      opened = request.sink;
      calls.push('open');
      let closed = false;
      return {
        engines: ['double 1'],
        async arm(step) {
          calls.push(`arm ${step.id}`);
          if (plan.breaksOn === step.id) throw new InjectorError(`the engine did not arm ${step.id}`);
          plan.onArm?.(step);
        },
        lift: async (id) => void calls.push(`lift ${id}`),
        liftAll: async () => void calls.push('lift all'),
        drained: async () => void calls.push('drained'),
        async [Symbol.asyncDispose]() {
          if (!closed) calls.push('closed');
          closed = true;
        },
      };
    },
  };
}
