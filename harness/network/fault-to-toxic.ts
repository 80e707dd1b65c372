// From a link fault of the model to what a fault server is told: a toxic, or the proxy disabled. What is peculiar to a
// fault is in its own file (model/faults/link/). If an engine, a transport or a framing cannot carry a fault, it is refused
// here at planning, with the reason.
import type { ICreateToxicBody } from 'toxiproxy-node-client';
import type { FrameMatch, LinkStep, Trigger } from '../model/faults/fault.ts';
import type { Aim, Place, ToxicBody } from '../model/faults/link/base/link-fault-type.ts';
import { typeOf } from '../model/faults/link/table.ts';
import type { Direction, Framing, Stream } from '../model/system/link.ts';
import { apiName } from './api/api-name.ts';
import type { EngineName } from './api/engine.ts';

type Scalar = string | number | boolean | null;
type Attributes = Readonly<Record<string, Scalar | readonly Scalar[] | Readonly<Record<string, unknown>>>>;

/** The client's own type, but for the types of toxics that only our proxy has. */
export type ToxicSpec = Omit<ICreateToxicBody<Attributes>, 'type'> & { type: string };

/** `disable` is the proxy's `enabled: false`: its address stops answering and its connections close. */
export type Translation = { toxic: ToxicSpec } | { disable: true } | { refused: string };

export function faultToToxic(engine: EngineName, step: LinkStep, place: Place): Translation {
  const refused = engine === 'own' ? whyNotOwn(step, place) : whyNotToxiproxy(step, place);
  if (refused !== undefined) return { refused };
  const body = typeOf(step.fault).toxic(step.fault);
  if (body === 'disable') return { disable: true };
  const numbers = given(body.attributes);
  const attributes = engine === 'own' ? aimed(step, numbers, place) : numbers;
  return { toxic: { name: apiName(step.id), type: body.type, stream: step.direction, toxicity: 1, attributes } };
}

function whyNotOwn(step: LinkStep, place: Place): string | undefined {
  const { fault, trigger } = step;
  const type = typeOf(fault);
  if (place.transport === 'stdio' && type.onStdio !== true) return type.onStdio;
  return (
    whyNotStream(step, place) ??
    whyNotAim(type.aim, trigger) ??
    whyNotFrames(step, place.framing) ??
    (place.framing === 'raw' && type.aim === 'whole frames' ? NEEDS_FRAMES : undefined) ??
    type.whyNot?.(fault, { ...place, trigger, direction: step.direction }) ??
    whyNotWhole('our proxy', type.toxic(fault))
  );
}

const NEEDS_FRAMES = 'it acts on whole frames, and a raw link has none: name its framing';

function whyNotStream({ direction, trigger: { stream } }: LinkStep, { transport }: Place): string | undefined {
  if (stream === undefined) return undefined;
  if (transport !== 'stdio') return `only a stdio link has streams, and this link is ${transport}`;
  if ((stream === 'stdin') === (direction === 'upstream')) return undefined;
  return `${stream} carries bytes ${stream === 'stdin' ? 'upstream' : 'downstream'} only`;
}

function whyNotAim(aim: Aim, trigger: Trigger): string | undefined {
  const { connection, nthAfterArming, frame, atByte, times } = trigger;
  const inStream = frame !== undefined || atByte !== undefined;
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

/** The frame types that each framing's reader names. A WebSocket link begins as HTTP. */
const FRAME_TYPES: Record<Framing, readonly string[]> = {
  websocket: ['request-head', 'response-head', 'text', 'binary', 'continuation', 'ping', 'pong', 'close'],
  http: ['request-head', 'response-head', 'body', 'body-chunk'],
  ndjson: ['line'],
  'json-lines': ['line'],
  'json-rpc': ['line'],
  raw: [],
};

function whyNotFrames({ trigger, direction }: LinkStep, framing: Framing): string | undefined {
  if (trigger.frame === undefined) return undefined;
  if (framing === 'raw')
    return 'a frame trigger needs frames, and a raw link (or one that passes encrypted) has none: use atByte, or name its framing';
  const { index, matches } = trigger.frame;
  if (index === undefined && matches === undefined) return 'a frame trigger needs an index or something to match';
  return matches && (whyNotMatch(matches, framing) ?? whyNotThatWay(matches, direction));
}

function whyNotMatch(matches: FrameMatch, framing: Framing): string | undefined {
  if (matches.opcode !== undefined && framing !== 'websocket') return `only WebSocket frames have an opcode, and this link is ${framing}`;
  if (matches.type !== undefined && !FRAME_TYPES[framing].includes(matches.type))
    return `a ${framing} link has no frame of type '${matches.type}'; there are ${FRAME_TYPES[framing].join(', ')}`;
  return undefined;
}

/** Of the heads of HTTP (RFC 9112, section 2.1) each goes one way. */
function whyNotThatWay({ type }: FrameMatch, direction: Direction): string | undefined {
  const goes = type === 'request-head' ? 'upstream' : type === 'response-head' ? 'downstream' : direction;
  return goes === direction ? undefined : `a ${type} goes ${goes} only, and this step acts ${direction}`;
}

function whyNotToxiproxy({ fault, trigger, armAt }: LinkStep, place: Place): string | undefined {
  const { toxiproxy, toxic } = typeOf(fault);
  if (place.transport !== 'tcp') return `Toxiproxy carries TCP only, and this link is ${place.transport}`;
  if ('lacks' in toxiproxy) return `Toxiproxy cannot: ${toxiproxy.lacks}`;
  if (Object.values(trigger).some((value) => value !== undefined))
    return 'Toxiproxy has no triggers: its toxics act on every connection from the first byte';
  if (armAt !== 'start' && toxiproxy.onlyFromStart !== undefined) return toxiproxy.onlyFromStart;
  return whyNotWhole('Toxiproxy', toxic(fault));
}

/** Both count in whole milliseconds, microseconds and bytes. */
function whyNotWhole(who: string, body: ToxicBody | 'disable'): string | undefined {
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
  const counting = typeOf(fault).countsWithinFrame;
  if (counting === undefined) return all;
  const { [counting]: within, at_byte: _atByte, ...rest } = all;
  const at = Number(within) + (trigger.atByte ?? 0);
  const inStream = place.framing === 'raw' || (trigger.atByte !== undefined && trigger.frame === undefined);
  return { ...rest, [inStream ? 'at_byte' : counting]: at };
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
  const paced = typeOf(fault).slices ? { delay_us: SLICE_DELAY_US, ...attributes, gap: 'paced' } : attributes;
  return { ...paced, label: stream, ...triggerAttributes({ ...rest, ...counted }) };
}

function given<T>(values: Record<string, T | undefined>): Record<string, T> {
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, T] => entry[1] !== undefined));
}
