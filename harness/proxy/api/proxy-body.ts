// Proxies as JSON: read from a request, shown in an answer. Fields that Toxiproxy lacks are shown if they were given.

import { badBody, missingField } from './api-error.ts';
import { decodeGo } from './attributes.ts';
import type { Fields } from '../toxics/base/fields.ts';
import type { Framing } from '../frames/frame.ts';
import { goKind } from './go-json.ts';
import type { Proxy, ProxyExtras } from '../relay/proxy.ts';
import { objectOf, toxicBodies, unwrap } from './toxic-body.ts';

export interface ProxyInput {
  name: string;
  listen: string;
  upstream: string;
  enabled: boolean;
  extras: ProxyExtras;
}

export const FRAMINGS: readonly Framing[] = ['raw', 'http', 'websocket', 'ndjson', 'json-lines', 'json-rpc'];

const FIELDS = {
  name: { kind: 'string' },
  listen: { kind: 'string' },
  upstream: { kind: 'string' },
  enabled: { kind: 'bool' },
} as const satisfies Fields;

/** `where` ends the words about a missing field. @throws ApiError */
export function readNewProxy(body: unknown, where = ''): ProxyInput {
  const input = readProxy(body, { name: '', listen: '', upstream: '', enabled: true, extras: {} });
  if (input.name === '') throw missingField(`name${where}`);
  if (input.upstream === '') throw missingField(`upstream${where}`);
  return input;
}

/** @throws ApiError */
export function readProxy(body: unknown, base: ProxyInput): ProxyInput {
  const given = objectOf(body, 'toxiproxy.Proxy');
  const { extras, ...fields } = base;
  const values = unwrap(decodeGo(FIELDS, 'Proxy', fields, given));
  return { ...values, extras: { ...extras, ...readExtras(given) } };
}

export function readList(body: unknown): unknown[] {
  if (Array.isArray(body)) return body;
  const kind = goKind(body);
  if (kind === 'null') return [];
  throw badBody(`json: cannot unmarshal ${kind} into Go value of type []struct { toxiproxy.Proxy; Enabled *bool "json:\\"enabled\\"" }`);
}

export function proxyBody(proxy: Proxy): Record<string, unknown> {
  const { name, listen, upstream, enabled, extras } = proxy;
  return { name, listen, upstream, enabled, ...extras, toxics: toxicBodies(proxy.toxics) };
}

function readExtras(given: Record<string, unknown>): ProxyExtras {
  const extras: ProxyExtras = {};
  const { framing, seed, capture, preamble, label } = given;
  if (framing !== undefined && framing !== null) {
    const known = FRAMINGS.find((each) => each === framing);
    if (known === undefined) throw badBody(`framing must be one of ${FRAMINGS.join(', ')}`);
    extras.framing = known;
  }
  if (seed !== undefined && seed !== null) {
    if (typeof seed !== 'string' && typeof seed !== 'number') throw badBody('seed must be a string or a number');
    extras.seed = seed;
  }
  if (capture !== undefined && capture !== null) {
    if (typeof capture !== 'boolean') throw badBody('capture must be true or false');
    extras.capture = capture;
  }
  if (preamble !== undefined && preamble !== null) {
    if (typeof preamble !== 'boolean') throw badBody('preamble must be true or false');
    extras.preamble = preamble;
  }
  if (label !== undefined && label !== null) {
    if (typeof label !== 'string') throw badBody('label must be a string');
    extras.label = label;
  }
  return extras;
}
