// Toxics as JSON: read from a request, shown in an answer. Toxiproxy's types are read and shown exactly as Toxiproxy does
// it; the attributes that pick connections come on top where they are given. Our types are read strictly, and also show
// what they have done.

import { badBody, invalidStream, invalidToxicType } from './api-error.ts';
import { decodeGo, decodeStrict, zeroes } from './attributes.ts';
import type { Decoded } from './attributes.ts';
import type { Fields } from '../toxics/base/fields.ts';
import type { Framing } from '../frames/frame.ts';
import { goKind, isGoObject, membersOf, objectOfMembers } from './go-json.ts';
import type { Direction } from '../stream/item.ts';
import { CONNECTION_FIELDS } from '../toxics/base/trigger-fields.ts';
import { TOXIC_TYPES } from '../toxics/table.ts';
import type { ArmedToxic, Attributes, ToxicType } from '../toxics/base/toxic.ts';

const WRAPPER = {
  name: { kind: 'string' },
  type: { kind: 'string' },
  stream: { kind: 'string' },
  toxicity: { kind: 'number' },
} as const satisfies Fields;

const PICKING: Fields = { connection: CONNECTION_FIELDS.connection, nth: CONNECTION_FIELDS.nth, label: { kind: 'string' } };

/** @throws ApiError */
export function readToxic(body: unknown, framing: Framing, armedAfter: number): ArmedToxic {
  const given = objectOf(body, 'toxics.ToxicWrapper');
  const base = { name: '', type: '', stream: 'downstream', toxicity: 1 };
  const wrapper = unwrap(decodeGo(WRAPPER, 'ToxicWrapper', base, given));
  const attributes = attributesOf(given);
  const directions = directionsOf(wrapper.stream);
  const type = TOXIC_TYPES.get(wrapper.type);
  if (type === undefined) throw invalidToxicType();
  return {
    name: wrapper.name === '' ? `${wrapper.type}_${wrapper.stream}` : wrapper.name,
    type,
    stream: wrapper.stream,
    directions,
    toxicity: wrapper.toxicity,
    attributes: readAttributes(type, startOf(type), attributes, framing),
    armedAfter,
    claimed: 0,
    fired: 0,
    hits: [],
  };
}

/** What an update changes: attributes that are given, and the toxicity. @throws ApiError */
export function readToxicUpdate(toxic: ArmedToxic, body: unknown, framing: Framing): { attributes: Attributes; toxicity: number } {
  const given = objectOf(body, 'toxics.ToxicWrapper');
  const base = { toxicity: toxic.toxicity };
  const { toxicity } = unwrap(decodeGo({ toxicity: WRAPPER.toxicity }, '', base, given));
  return { toxicity, attributes: readAttributes(toxic.type, toxic.attributes, attributesOf(given), framing) };
}

export function toxicBody(toxic: ArmedToxic): Record<string, unknown> {
  const shown = { attributes: toxic.attributes, name: toxic.name, type: toxic.type.type, stream: toxic.stream, toxicity: toxic.toxicity };
  return toxic.type.origin === 'toxiproxy' ? shown : { ...shown, fired: toxic.fired, hits: toxic.hits };
}

const ORDER = ['upstream', 'both', 'downstream'];

/** Upstream first, then in the order they were added, as Toxiproxy lists them. */
export function toxicBodies(toxics: readonly ArmedToxic[]): Record<string, unknown>[] {
  const rank = (toxic: ArmedToxic) => ORDER.indexOf(toxic.stream.toLowerCase());
  return [...toxics].sort((one, other) => rank(one) - rank(other)).map(toxicBody);
}

function readAttributes(type: ToxicType, base: Attributes, given: Record<string, unknown>, framing: Framing): Attributes {
  if (type.origin === 'toxiproxy') return readShopifys(type, base, given);
  const attributes = unwrap(decodeStrict(type.fields, type.type, base, given));
  const problem = type.check?.(attributes, framing) ?? needsFrames(attributes, framing);
  if (problem !== undefined) throw badBody(`${type.type}: ${problem}`);
  return attributes;
}

function readShopifys(type: ToxicType, base: Attributes, given: Record<string, unknown>): Attributes {
  const attributes = unwrap(decodeGo(type.fields, `${goName(type.type)}.attributes`, base, given));
  const picking = Object.fromEntries(Object.entries(given).filter(([name]) => Object.hasOwn(PICKING, name)));
  return { ...attributes, ...unwrap(decodeStrict(PICKING, type.type, onlyPicking(attributes), picking)) };
}

function onlyPicking(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => Object.hasOwn(PICKING, name)));
}

function needsFrames(attributes: Attributes, framing: Framing): string | undefined {
  const named = ['frame', 'match'].find((name) => attributes[name] !== undefined);
  return framing === 'raw' && named !== undefined ? `${named} needs frames and the proxy is raw: give it a framing` : undefined;
}

function startOf(type: ToxicType): Attributes {
  return type.origin === 'toxiproxy' ? zeroes(type.fields) : {};
}

/** Attributes that are given twice are laid over each other, as Go does it. */
function attributesOf(given: Record<string, unknown>): Record<string, unknown> {
  const all = membersOf(given).filter(({ key }) => key.toLowerCase() === 'attributes');
  const merged = all.flatMap(({ value }) => {
    const kind = goKind(value);
    if (kind === 'null') return [];
    if (isGoObject(value)) return membersOf(value);
    throw badBody(`json: cannot unmarshal ${kind} into Go struct field ToxicWrapper.attributes of type toxics.NoopToxic`);
  });
  return objectOfMembers(merged);
}

function directionsOf(stream: string): readonly Direction[] {
  switch (stream.toLowerCase()) {
    case 'upstream':
      return ['upstream'];
    case 'downstream':
      return ['downstream'];
    case 'both':
      return ['upstream', 'downstream'];
    default:
      throw invalidStream();
  }
}

/** @throws ApiError when the body is no object; null is an empty one, as in Go. */
export function objectOf(body: unknown, goType: string): Record<string, unknown> {
  const kind = goKind(body);
  if (kind === 'null') return {};
  if (isGoObject(body)) return body;
  throw badBody(`json: cannot unmarshal ${kind} into Go value of type ${goType}`);
}

export function unwrap<T>(decoded: Decoded<T>): T {
  if ('error' in decoded) throw badBody(decoded.error);
  return decoded.values;
}

function goName(type: string): string {
  if (type === 'reset_peer') return 'ResetToxic';
  const words = type.split('_').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${words.join('')}Toxic`;
}
