// What Toxiproxy did, inferred: it has no events, but its log tells of every connection as it is set up and
// removed, and its metrics of the bytes of those that ended. An API call shows up in the same log, so a call
// with a number of its own is a handshake: once its line is read, everything before it has been read too.
import type { LinkFault, LinkStep } from '../model/fault.ts';
import type { Direction } from '../model/link.ts';
import type { Control } from './control.ts';
import type { Engine } from './engines.ts';
import { InjectorError, type NetworkSink } from './network.ts';
import type { Witness } from './witness.ts';

interface Lane {
  link: string;
  accepted: number;
  /** The connection that is being set up: Toxiproxy sets up one after the other. */
  latest: number;
  /** Connections by the dialler's address; how many of its two directions are still there. */
  open: Map<string, { connection: number; directions: number }>;
  armed: Map<string, ArmedStep>;
}

interface ArmedStep {
  step: LinkStep;
  /** The connections up to here were set up before it was armed. */
  acceptedBefore: number;
  /** Connections set up through it that have ended since: their bytes are in the metrics. */
  ended: number[];
  /** An older connection has ended too, so the metrics no longer tell how much passed since arming. */
  mixed: boolean;
  sentBefore: number;
  receivedBefore: number;
  reported: boolean;
}

export interface ToxiproxyWitnessSettings {
  /** Proxy name -> link name. */
  links: ReadonlyMap<string, string>;
  sink: Pick<NetworkSink, 'connection' | 'fired' | 'broken'>;
  control: Control;
  /** Where its log is not read, only the metrics can tell, and only of what was armed before any traffic. */
  engine: Engine;
  deadlineMs: number;
}

export function toxiproxyWitness(settings: ToxiproxyWitnessSettings): Witness & { line(line: string): void } {
  const { sink, control } = settings;
  const lanes = new Map([...settings.links].map(([proxy, link]) => [proxy, newLane(link)]));
  const handshakes = new Map<string, () => void>();
  let handshakeCount = 0;
  let looks: Promise<void> = Promise.resolve();

  async function handshake(): Promise<void> {
    if (!settings.engine.logged) return;
    const path = `/version?tornwire-handshake=${++handshakeCount}`;
    const seen = new Promise<void>((resolve) => handshakes.set(path, resolve));
    await control.call('GET', path);
    await within(settings.deadlineMs, seen, `toxiproxy: its log did not show '${path}' within ${settings.deadlineMs} ms`);
  }

  async function bytesOf(proxy: string, direction: Direction): Promise<{ sent: number; received: number }> {
    const { status, text } = await control.call('GET', '/metrics');
    if (status !== 200) return { sent: 0, received: 0 };
    return {
      sent: metric(text, 'toxiproxy_proxy_sent_bytes_total', proxy, direction),
      received: metric(text, 'toxiproxy_proxy_received_bytes_total', proxy, direction),
    };
  }

  /** Asks the metrics about what the log alone cannot tell. */
  async function settle(proxy: string, armed: ArmedStep): Promise<void> {
    const { fault, direction, armAt } = armed.step;
    if (fault.kind === 'limit-data' && settings.engine.logged) {
      const batch = armed.ended.length;
      if (batch === 0 || armed.mixed) return;
      const { sent } = await bytesOf(proxy, direction);
      await handshake();
      // One more has ended meanwhile: its bytes may or may not be counted yet. The next look will tell.
      if (armed.ended.length !== batch) return;
      const rose = sent - armed.sentBefore;
      // None of them sent more than the limit, so at least so many have reached it; of one alone it is exact.
      const reached = fault.bytes === 0 ? batch : Math.max(0, rose - batch * (fault.bytes - 1));
      armed.sentBefore = sent;
      for (const connection of armed.ended.splice(0).slice(0, reached))
        fire(
          armed,
          connection,
          `toxiproxy_proxy_sent_bytes_total rose by ${rose} in ${batch} ended connection(s), the limit is ${fault.bytes}`,
        );
    } else if (!settings.engine.logged && armAt === 'start' && !armed.reported && canBeFelt(fault)) {
      const rose = (await bytesOf(proxy, direction)).received - armed.receivedBefore;
      if (rose > 0) fire(armed, 0, `toxiproxy_proxy_received_bytes_total rose by ${rose}`);
    }
  }

  /** One look at a time; a look that fails is made again, and reported, by whoever waits for the next. */
  function settleSoon(proxy: string, armed: ArmedStep): Promise<void> {
    const next = looks.then(() => settle(proxy, armed));
    looks = next.catch(() => {});
    return next;
  }

  function fire(armed: ArmedStep, connection: number, inferredFrom: string): void {
    armed.reported = true;
    sink.fired(armed.step.id, { connection, direction: armed.step.direction, byteOffset: 0, inferredFrom });
  }

  function line(text: string): void {
    const entry = parsed(text);
    if (!entry) return;
    if (entry.url !== undefined) {
      handshakes.get(entry.url)?.();
      handshakes.delete(entry.url);
      return;
    }
    const lane = entry.name === undefined ? undefined : lanes.get(entry.name);
    if (!lane || entry.message === undefined) return;
    if (entry.message === 'Accepted client' && entry.client !== undefined) {
      lane.latest = ++lane.accepted;
      lane.open.set(entry.client, { connection: lane.latest, directions: 2 });
      sink.connection({ link: lane.link, connection: lane.latest, state: 'opened' });
    } else if (entry.message === 'Unable to open connection to upstream' && entry.client !== undefined) {
      closed(lane, entry.client, { client: 'closed', upstream: 'refused' });
    } else if (entry.message === 'Setup connection') {
      setUp(lane, entry.direction);
    } else if (entry.message.startsWith('RemoveConnection ') && entry.name !== undefined && entry.link !== undefined) {
      removed(entry.name, lane, entry.link);
    }
  }

  function setUp(lane: Lane, direction: string | undefined): void {
    for (const armed of lane.armed.values()) {
      if (armed.step.direction === direction && ACTS_ON_SETUP.has(armed.step.fault.kind) && canBeFelt(armed.step.fault))
        fire(armed, lane.latest, `connection ${lane.latest} was set up through it`);
    }
  }

  /** `link` is the dialler's address with the direction behind it. */
  function removed(proxy: string, lane: Lane, link: string): void {
    const direction: Direction = link.endsWith('upstream') ? 'upstream' : 'downstream';
    const client = link.slice(0, -direction.length);
    const open = lane.open.get(client);
    if (!open) return;
    for (const armed of lane.armed.values()) {
      if (armed.step.direction !== direction) continue;
      const older = open.connection <= armed.acceptedBefore;
      if (older) armed.mixed = true;
      else armed.ended.push(open.connection);
      if (armed.step.fault.kind === 'limit-data') settleSoon(proxy, armed).catch(() => {});
      if (older && armed.step.fault.kind === 'reset') continue;
      if (ACTS_ON_CLOSE.has(armed.step.fault.kind) && canBeFelt(armed.step.fault))
        fire(armed, open.connection, `connection ${open.connection} ended through it`);
    }
    if (--open.directions === 0) closed(lane, client);
  }

  function closed(lane: Lane, client: string, ended?: { client: string; upstream: string }): void {
    const open = lane.open.get(client);
    lane.open.delete(client);
    if (open) sink.connection({ link: lane.link, connection: open.connection, state: 'closed', ...(ended && { ended }) });
  }

  return {
    line,
    async armed(step, proxy) {
      const bytes = await bytesOf(proxy, step.direction);
      // What the log tells from here on happened after arming.
      await handshake();
      const lane = laneOf(lanes, proxy);
      lane.armed.set(step.id, {
        step,
        acceptedBefore: lane.accepted,
        ended: [],
        mixed: false,
        sentBefore: bytes.sent,
        receivedBefore: bytes.received,
        reported: false,
      });
    },
    async lifted(step, proxy) {
      const lane = laneOf(lanes, proxy);
      const armed = lane.armed.get(step.id);
      if (!armed) return;
      await handshake();
      lane.armed.delete(step.id);
      await settleSoon(proxy, armed);
    },
    async drained() {
      await handshake();
      for (const [proxy, lane] of lanes) for (const armed of lane.armed.values()) await settleSoon(proxy, armed);
    },
    async [Symbol.asyncDispose]() {
      handshakes.clear();
    },
  };
}

/** These act on whatever a connection carries, and a connection here carries at least its handshake. */
const ACTS_ON_SETUP: ReadonlySet<string> = new Set(['latency', 'bandwidth', 'slice', 'timeout']);
const ACTS_ON_CLOSE: ReadonlySet<string> = new Set(['slow-close', 'reset']);

/** Toxiproxy moves at most so many bytes in one go. */
const CHUNK_BYTES = 32 * 1024;

/** It tells of no effect, so what can have none is known from the fault's numbers alone. */
function canBeFelt(fault: LinkFault): boolean {
  switch (fault.kind) {
    case 'latency':
      return fault.delayMs + (fault.jitterMs ?? 0) >= 1;
    case 'slow-close':
      return fault.delayMs >= 1;
    case 'bandwidth':
      return CHUNK_BYTES / fault.rateKBps >= 0.5;
    case 'slice':
      return fault.averageSize < CHUNK_BYTES;
    default:
      return true;
  }
}

function newLane(link: string): Lane {
  return { link, accepted: 0, latest: 0, open: new Map(), armed: new Map() };
}

function laneOf(lanes: ReadonlyMap<string, Lane>, proxy: string): Lane {
  const lane = lanes.get(proxy);
  if (!lane) throw new Error(`no proxy '${proxy}' in this network`);
  return lane;
}

interface LogEntry {
  name?: string;
  message?: string;
  client?: string;
  direction?: string;
  link?: string;
  url?: string;
}

function parsed(line: string): LogEntry | undefined {
  try {
    return JSON.parse(line) as LogEntry;
  } catch {
    return undefined;
  }
}

/** One counter of Prometheus' text format; 0 while it has not been counted yet. */
function metric(text: string, name: string, proxy: string, direction: Direction): number {
  const line = text
    .split('\n')
    .find((each) => each.startsWith(`${name}{`) && each.includes(`direction="${direction}"`) && each.includes(`proxy="${proxy}"`));
  return line === undefined ? 0 : Number(line.slice(line.lastIndexOf(' ') + 1));
}

async function within(limitMs: number, done: Promise<void>, otherwise: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new InjectorError(otherwise)), limitMs);
  });
  try {
    await Promise.race([done, late]);
  } finally {
    clearTimeout(timer);
  }
}
