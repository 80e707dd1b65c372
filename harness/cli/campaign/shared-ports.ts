// Cases that are kept apart by loopback addresses share the machine's ports all the same where a node listens at every address. That
// shows when such a case has run. From then on no two with one of these ports run side by side; what failed before its script
// began, beside a case with the same port, is taken again alone. A node with a host of its own shares its port from the start.
import type { DescribedScenario } from '../../model/described-scenario.ts';
import type { Listener } from '../../model/system/topology.ts';
import type { CaseRow } from '../../results/summary.ts';
import type { PlannedCase } from './planned-case.ts';

export interface SharedPorts {
  /** A case begins. */
  begun(index: number): void;
  /** It has ended with this row. Returns words to say, once a port. */
  ended(index: number, row: CaseRow): string | undefined;
  inTheWay(index: number, other: number): boolean;
  /** Its verdict may rest on a case beside it: whether it does is known only when all have ended. */
  isDoubtful(index: number, row: CaseRow): boolean;
  /** Why its verdict does not count; undefined where it does. */
  collision(index: number): string | undefined;
}

/** @param boxed each case has ports of its own */
export function sharedPorts(planned: readonly PlannedCase[], boxed: boolean): SharedPorts {
  const shared = new Set<number>(boxed ? [] : planned.flatMap(({ scenario }) => portsOf(scenario, ({ host }) => host !== undefined)));
  const running = new Set<number>();
  /** Of each case, those that ran at the same time at some moment. */
  const beside = new Map<number, Set<number>>();
  const ports = planned.map((item) => (item.case.runtime === 'process' ? portsOf(item.scenario) : []));
  const common = (a: number, b: number): number[] => (ports[a] ?? []).filter((port) => ports[b]?.includes(port));

  return {
    begun(index) {
      beside.set(index, new Set(running));
      for (const other of running) beside.get(other)?.add(index);
      running.add(index);
    },
    ended(index, { wildcardPorts = [], scenario }) {
      running.delete(index);
      const fresh = wildcardPorts.filter((port) => !shared.has(port));
      for (const port of fresh) shared.add(port);
      if (fresh.length === 0) return undefined;
      return `${scenario}: a node listens at every address of the machine (port ${fresh.join(', ')}), so cases with that port run one at a time; --isolation box would keep them apart`;
    },
    inTheWay: (index, other) => common(index, other).some((port) => shared.has(port)),
    isDoubtful: (index, row) =>
      row.isolation?.way === 'addresses' &&
      row.driveMs === 0 &&
      (row.verdict === 'fail' || row.verdict === 'unknown') &&
      [...(beside.get(index) ?? [])].some((other) => common(index, other).length > 0),
    collision(index) {
      const port = [...(beside.get(index) ?? [])].flatMap((other) => common(index, other)).find((each) => shared.has(each));
      return port === undefined ? undefined : `beside a case that has port ${port} at every address of the machine`;
    },
  };
}

type TcpListener = Extract<Listener, { transport: 'tcp' }>;

function portsOf({ topology }: DescribedScenario, wanted: (listener: TcpListener) => boolean = () => true): number[] {
  return (topology?.nodes ?? []).flatMap(({ listens }) =>
    Object.values(listens).flatMap((listener) => (listener.transport === 'tcp' && wanted(listener) ? [listener.port] : [])),
  );
}
