// The one table from a fault of the model to what a fault server is told: a toxic, or the proxy disabled. If an engine, a
// transport or a framing cannot carry a fault, this table refuses it at planning, with the reason.
import type { ICreateToxicBody } from 'toxiproxy-node-client';
import type { FrameMatch, LinkFault, LinkFaultKind, LinkStep, Trigger } from '../model/faults/fault.ts';
import type { Framing, Stream, Transport } from '../model/system/link.ts';
import { apiName } from './api/api-name.ts';
import type { EngineName } from './api/engine.ts';

type Scalar = string | number | boolean | null;
type Attributes = Readonly<Record<string, Scalar | readonly Scalar[] | Readonly<Record<string, unknown>>>>;

/** The client's own type, but for the types of toxics that only our proxy has. */
export type ToxicSpec = Omit<ICreateToxicBody<Attributes>, 'type'> & { type: string };

/** `disable` is the proxy's `enabled: false`: its address stops answering and its connections close. */
export type Translation = { toxic: ToxicSpec } | { disable: true } | { refused: string };

/** What the link is made of, as far as a fault cares. */
export interface Place {
  transport: Transport;
  framing: Framing;
}

export function faultToToxic(engine: EngineName, step: LinkStep, place: Place): Translation {
  const refused = engine === 'own' ? whyNotOwn(step, place) : whyNotToxiproxy(step, place);
  if (refused !== undefined) return { refused };
  const body = bodyOf(step.fault);
  if (body === 'disable') return { disable: true };
  const attributes = engine === 'own' ? aimed(step, body.attributes, place) : body.attributes;
  return { toxic: { name: apiName(step.id), type: body.type, stream: step.direction, toxicity: 1, attributes } };
}

/** Which triggers a toxic of ours takes; more than it takes would be ignored or refused over there. */
type Aim =
  /** The address: no connection can be picked. */
  | 'address'
  /** Whole connections from their first byte: Toxiproxy's toxics, and refusing. */
  | 'connections'
  /** Whole connections, and so many of them. */
  | 'counted connections'
  /** A byte of the stream, a frame, or a byte in a frame. */
  | 'points'
  /** Whole frames, or bytes from one byte on, but no byte within a frame. */
  | 'frames or bytes'
  | 'whole frames';

interface Row {
  aim: Aim;
  /** Why the three streams of a child cannot carry it. */
  notOnStdio?: string;
  /** Toxiproxy 2.12 has it, or this is what it lacks. */
  toxiproxy: true | string;
}

const PIPES_ARE_NOT_DIALLED = 'the streams of a child are not dialled, so there is no address that could do this';
const PIPES_HAVE_NO_RESET = 'a pipe has no reset: its reader sees an end, its writer a broken pipe (use a cut with fin)';
const NO_FRAMES = 'it reads no frames';

const TABLE: Record<LinkFaultKind, Row> = {
  latency: { aim: 'connections', toxiproxy: true },
  bandwidth: { aim: 'connections', toxiproxy: true },
  stall: { aim: 'points', toxiproxy: 'it drops what its timeout toxic holds back; a stall keeps every byte' },
  'slow-close': { aim: 'connections', toxiproxy: true },
  timeout: { aim: 'connections', toxiproxy: true },
  split: { aim: 'points', toxiproxy: 'its slicer vouches for no boundary: the reader joins the slices again' },
  slice: { aim: 'connections', toxiproxy: true },
  coalesce: { aim: 'points', toxiproxy: 'it has no toxic that joins writes' },
  'slow-reader': { aim: 'points', toxiproxy: 'it reads on while it delays, so the sender feels no back-pressure' },
  cut: { aim: 'points', toxiproxy: 'its limit_data ends a connection in one of three ways by chance (use limit-data if that is wanted)' },
  'limit-data': { aim: 'connections', toxiproxy: true },
  reset: { aim: 'connections', notOnStdio: PIPES_HAVE_NO_RESET, toxiproxy: true },
  refuse: { aim: 'connections', notOnStdio: PIPES_ARE_NOT_DIALLED, toxiproxy: 'it refuses only all connections at once (use down)' },
  'accept-then-close': {
    aim: 'counted connections',
    notOnStdio: PIPES_ARE_NOT_DIALLED,
    toxiproxy: 'it has no toxic that acts on accepting',
  },
  'never-accept': { aim: 'counted connections', notOnStdio: PIPES_ARE_NOT_DIALLED, toxiproxy: 'it accepts every connection at once' },
  'half-open': {
    aim: 'points',
    notOnStdio: 'a pipe whose other end has gone says so at once, so it is never half-open',
    toxiproxy: 'it closes both ends of a connection together',
  },
  down: { aim: 'address', notOnStdio: PIPES_ARE_NOT_DIALLED, toxiproxy: true },
  drop: { aim: 'frames or bytes', toxiproxy: NO_FRAMES },
  duplicate: { aim: 'frames or bytes', toxiproxy: NO_FRAMES },
  hold: { aim: 'whole frames', toxiproxy: NO_FRAMES },
  reorder: { aim: 'whole frames', toxiproxy: NO_FRAMES },
  truncate: { aim: 'frames or bytes', toxiproxy: NO_FRAMES },
  corrupt: { aim: 'points', toxiproxy: 'it never alters a byte' },
  'stray-line': { aim: 'points', toxiproxy: 'it never adds a byte' },
  'split-utf8': { aim: 'points', toxiproxy: 'its slicer knows no characters and vouches for no boundary' },
};

export const LINK_FAULT_KINDS = Object.keys(TABLE) as readonly LinkFaultKind[];

function bodyOf(fault: LinkFault): { type: string; attributes: Attributes } | 'disable' {
  switch (fault.kind) {
    case 'latency':
      return toxic('latency', { latency: fault.delayMs, jitter: fault.jitterMs ?? 0 });
    case 'bandwidth':
      return toxic('bandwidth', { rate: fault.rateKBps });
    case 'stall':
      return toxic('stall', { for_ms: fault.forMs });
    case 'slow-close':
      return toxic('slow_close', { delay: fault.delayMs });
    case 'timeout':
      return toxic('timeout', { timeout: fault.afterMs });
    case 'split': {
      const { kind: _kind, delayUs, ...where } = fault;
      return toxic('split', { ...where, delay_us: delayUs });
    }
    case 'slice':
      return toxic('slicer', { average_size: fault.averageSize, size_variation: fault.sizeVariation ?? 0, delay: fault.delayUs });
    case 'coalesce':
      return toxic('coalesce', { until_bytes: fault.untilBytes, frames: fault.frames, within_ms: fault.withinMs });
    case 'slow-reader':
      return toxic('slow_reader', { rate: fault.rateBps });
    case 'cut':
      return toxic('cut', { how: fault.how.replace('-', '_') });
    case 'limit-data':
      return toxic('limit_data', { bytes: fault.bytes });
    case 'reset':
      return toxic('reset_peer', { timeout: fault.afterMs ?? 0 });
    case 'refuse':
      return toxic('refuse', {});
    case 'accept-then-close':
      return toxic('accept_close', {});
    case 'never-accept':
      return toxic('never_accept', {});
    case 'half-open':
      return toxic('half_open', { gone: fault.gone });
    case 'down':
      return 'disable';
    case 'drop':
      return toxic('drop', {});
    case 'duplicate':
      return toxic('duplicate', {});
    case 'hold':
      return toxic('hold', { frames: fault.frames });
    case 'reorder':
      return toxic('reorder', { window: fault.window });
    case 'truncate':
      return toxic('truncate', { to_bytes: fault.toBytes });
    case 'corrupt':
      return toxic('corrupt', { offset: fault.offset, mask: fault.mask, length: fault.length });
    case 'stray-line':
      return toxic('stray_line', { line: fault.line });
    case 'split-utf8':
      return toxic('split_utf8', {});
    default:
      return fault satisfies never;
  }
}

function whyNotOwn(step: LinkStep, place: Place): string | undefined {
  const { fault, trigger } = step;
  const row = TABLE[fault.kind];
  if (place.transport === 'stdio' && row.notOnStdio !== undefined) return row.notOnStdio;
  if (place.transport === 'stdio' && fault.kind === 'cut' && fault.how === 'rst') return PIPES_HAVE_NO_RESET;
  return (
    whyNotStream(step, place) ??
    whyNotAim(row.aim, trigger) ??
    whyNotFrames(trigger, place.framing) ??
    (place.framing === 'raw' ? whyNotRaw(row.aim, fault, trigger) : undefined) ??
    whyNotShape(fault, place) ??
    whyNotWhole('our proxy', bodyOf(fault))
  );
}

function whyNotStream({ direction, trigger: { stream } }: LinkStep, { transport }: Place): string | undefined {
  if (stream === undefined) return undefined;
  if (transport !== 'stdio') return `only a stdio link has streams, and this link is ${transport}`;
  if ((stream === 'stdin') === (direction === 'upstream')) return undefined;
  return `${stream} carries bytes ${stream === 'stdin' ? 'upstream' : 'downstream'} only`;
}

function whyNotAim(aim: Aim, trigger: Trigger): string | undefined {
  const { connection, nthAfterArming, frame, atByte, times } = trigger;
  const inStream = frame !== undefined || atByte !== undefined;
  if (connection !== undefined && nthAfterArming !== undefined)
    return 'a trigger counts connections from the start of the run or from arming, not both';
  switch (aim) {
    case 'address':
      if (connection === undefined && nthAfterArming === undefined && times === undefined && !inStream) return undefined;
      return `it acts on the link's address, so it takes no trigger (use refuse or accept-then-close to pick connections)`;
    case 'connections':
      if (inStream) return `it acts on a connection from its first byte, so it cannot wait for a frame or a byte`;
      return times === undefined ? undefined : `it lasts until it is lifted, so it cannot be counted: pick a connection instead`;
    case 'counted connections':
      return inStream ? `it acts before there are bytes, so it cannot wait for a frame or a byte` : undefined;
    case 'frames or bytes':
      return frame !== undefined && atByte !== undefined ? `it acts on a whole frame, so atByte has no meaning beside one` : undefined;
    case 'whole frames':
      return atByte === undefined ? undefined : `it acts on whole frames, so atByte has no meaning`;
    case 'points':
      return undefined;
    default:
      return aim satisfies never;
  }
}

function whyNotRaw(aim: Aim, fault: LinkFault, trigger: Trigger): string | undefined {
  if (aim === 'whole frames') return `it acts on whole frames, and a raw link has none: name its framing`;
  if ((fault.kind === 'drop' || fault.kind === 'duplicate') && trigger.atByte === undefined)
    return `on a raw link it acts on one byte: say which with atByte, or name the link's framing`;
  if (fault.kind === 'coalesce' && fault.frames !== undefined)
    return 'a raw link has no frames to join: use untilBytes, or name its framing';
  return undefined;
}

/** The frame types that each framing's reader names. A WebSocket link begins as HTTP. */
const FRAME_TYPES: Record<Framing, readonly string[]> = {
  websocket: ['request-head', 'response-head', 'text', 'binary', 'continuation', 'ping', 'pong', 'close'],
  http: ['request-head', 'response-head', 'body', 'body-chunk'],
  ndjson: ['line'],
  raw: [],
};

function whyNotFrames(trigger: Trigger, framing: Framing): string | undefined {
  if (trigger.frame === undefined) return undefined;
  if (framing === 'raw')
    return 'a frame trigger needs frames, and a raw link (or one that passes encrypted) has none: use atByte, or name its framing';
  const { index, matches } = trigger.frame;
  if (index === undefined && matches === undefined) return 'a frame trigger needs an index or something to match';
  return matches && whyNotMatch(matches, framing);
}

function whyNotMatch(matches: FrameMatch, framing: Framing): string | undefined {
  if (matches.opcode !== undefined && framing !== 'websocket') return `only WebSocket frames have an opcode, and this link is ${framing}`;
  if (matches.type !== undefined && !FRAME_TYPES[framing].includes(matches.type))
    return `a ${framing} link has no frame of type '${matches.type}'; there are ${FRAME_TYPES[framing].join(', ')}`;
  return undefined;
}

function whyNotShape(fault: LinkFault, place: Place): string | undefined {
  if (fault.kind === 'split') {
    const ways = [fault.every, fault.sizes, fault.offsets].filter((way) => way !== undefined).length;
    if (ways !== 1) return 'a split needs one of every, sizes or offsets';
    if (fault.gap === 'boundary' && place.transport === 'tcp') return 'the kernel keeps no boundary in a TCP stream (use gap gated)';
    if (place.transport === 'stdio' && (fault.gap === 'boundary' || fault.gap === 'gated'))
      return 'a pipe lies between the proxy and the reader, so nobody can vouch for its reads (use gap paced)';
  }
  if (fault.kind === 'coalesce') {
    if (fault.untilBytes === undefined && fault.frames === undefined) return 'a coalesce needs untilBytes or frames';
  }
  return undefined;
}

function whyNotToxiproxy(step: LinkStep, place: Place): string | undefined {
  const { fault, trigger } = step;
  const { toxiproxy } = TABLE[fault.kind];
  if (place.transport !== 'tcp') return `Toxiproxy carries TCP only, and this link is ${place.transport}`;
  if (toxiproxy !== true) return `Toxiproxy cannot: ${toxiproxy}`;
  if (Object.values(trigger).some((value) => value !== undefined))
    return 'Toxiproxy has no triggers: its toxics act on every connection from the first byte';
  if (fault.kind === 'reset' && step.armAt !== 'start')
    return 'Toxiproxy resets only connections that open after arming; a live one would see a clean end';
  return whyNotWhole('Toxiproxy', bodyOf(fault));
}

/** Both count in whole milliseconds, microseconds and bytes. */
function whyNotWhole(who: string, body: ReturnType<typeof bodyOf>): string | undefined {
  if (body === 'disable') return undefined;
  const fraction = Object.entries(body.attributes).find(([, value]) => typeof value === 'number' && !Number.isSafeInteger(value));
  return fraction && `${who} takes whole numbers only, and ${fraction[0]} is ${JSON.stringify(fraction[1])}`;
}

function triggerAttributes(trigger: Trigger): Attributes {
  const { connection, nthAfterArming, frame, atByte, times } = trigger;
  return given({
    connection,
    nth: nthAfterArming,
    frame: frame?.index,
    match: frame?.matches && given({ ...frame.matches }),
    at_byte: atByte,
    times,
  });
}

/** The fault's numbers and its trigger. Where no frame is meant, what is counted inside one is counted in the stream. */
function aimed(step: LinkStep, attributes: Attributes, place: Place): Attributes {
  const { fault, trigger } = step;
  const all = place.transport === 'stdio' ? onStream(step, attributes) : { ...attributes, ...triggerAttributes(trigger) };
  if (fault.kind !== 'corrupt' && fault.kind !== 'truncate') return all;
  const { offset: _offset, to_bytes: _toBytes, at_byte: _atByte, ...rest } = all;
  const within = fault.kind === 'corrupt' ? fault.offset : fault.toBytes;
  const at = within + (trigger.atByte ?? 0);
  const inStream = place.framing === 'raw' || (trigger.atByte !== undefined && trigger.frame === undefined);
  if (inStream) return { ...rest, at_byte: at };
  return { ...rest, ...(fault.kind === 'corrupt' ? { offset: at } : { to_bytes: at }) };
}

/** A child's streams are three connections, in this order; the shim says on each which one it is. */
const STREAMS: readonly Stream[] = ['stdin', 'stdout', 'stderr'];

/** Slices that the proxy's own peer, the shim, reads one by one may still be joined in the pipe behind it: only time parts them. */
const SLICE_DELAY_US = 5_000;

function onStream({ trigger, direction, fault }: LinkStep, attributes: Attributes): Attributes {
  const stream = trigger.stream ?? (direction === 'upstream' ? 'stdin' : 'stdout');
  const connectionOf = (child: number | undefined): number | undefined =>
    child === undefined ? undefined : (child - 1) * STREAMS.length + STREAMS.indexOf(stream) + 1;
  const { connection, nthAfterArming, ...rest } = trigger;
  const counted = given({ connection: connectionOf(connection), nthAfterArming: connectionOf(nthAfterArming) });
  const paced =
    fault.kind === 'split' || fault.kind === 'split-utf8' ? { delay_us: SLICE_DELAY_US, ...attributes, gap: 'paced' } : attributes;
  return { ...paced, label: stream, ...triggerAttributes({ ...rest, ...counted }) };
}

function toxic(type: string, attributes: Record<string, Attributes[string] | undefined>): { type: string; attributes: Attributes } {
  return { type, attributes: given(attributes) };
}

function given<T>(values: Record<string, T | undefined>): Record<string, T> {
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, T] => entry[1] !== undefined));
}
