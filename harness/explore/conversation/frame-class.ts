// Which frames are of one class: those that mean the same. Frames are told apart by what names them (a type, a method, an event, a
// path, a status), and where nothing does, by the shape of what they carry. What cannot be told by a trigger is not told apart.
import type { FrameMatch } from '../../model/faults/fault.ts';
import type { KindOf } from '../../model/judging/history.ts';
import type { Direction } from '../../model/system/link.ts';

export interface FrameClass {
  /** `room->peer downstream text type=hello`: for people, and to tell it from others. */
  name: string;
  link: string;
  direction: Direction;
  /** What a trigger of a fault compares. */
  match: FrameMatch;
}

type Frame = Pick<KindOf<'frame'>, 'link' | 'direction' | 'type' | 'payload'>;

/** Names of members that say what a message is, in the order in which they are looked at; a message may have several. */
const NAMING = ['type', 'method', 'event', 'op', 'command', 'cmd', 'action', 'kind', 'error', 'result'] as const;
const NAMES_MAX = 2;
/** Beyond that a value is content and no name. */
const NAME = /^[\w./:@-]{1,40}$/;
/** An identifier, such as a number, a UUID or hexadecimal, which may have words before it (`tmp-24d44dbddaf3`): another one each time. */
const CHANCE = /^\d+$|\d{3,}|^[0-9a-f]{6,}$|[0-9a-f]{8}-[0-9a-f]{4}|[-_.:](?=[a-f]*\d)[0-9a-f]{6,}$/i;
const WORD = /^[A-Za-z][\w.:-]{0,39}/;

export function classOf({ link, direction, type, payload }: Frame): FrameClass {
  const told = payload === undefined ? undefined : (ofHttp(type, payload) ?? ofJson(payload) ?? ofText(type, payload));
  const { name, match } = told ?? { name: '', match: {} };
  return { name: `${link} ${direction} ${type}${name && ` ${name}`}`, link, direction, match: { type, ...match } };
}

/** Whether a trigger with this match takes the frame: it may take frames of other classes too, where little tells them apart. */
export function isTaken({ type, json = {}, contains = '' }: FrameMatch, frame: Frame): boolean {
  const { payload = '' } = frame;
  if (type !== frame.type || !payload.includes(contains)) return false;
  const members = Object.entries(json);
  if (members.length === 0) return true;
  const value = parsed(payload) as Readonly<Record<string, unknown>> | undefined;
  return members.every(([pointer, wanted]) => value?.[pointer.slice(1)] === wanted);
}

interface Told {
  name: string;
  match: FrameMatch;
}

function ofHttp(type: string, payload: string): Told | undefined {
  if (type === 'request-head') {
    const [, line = '', path = ''] = /^((?:[A-Z]+) (\/[^\s?]*))/.exec(payload) ?? [];
    if (line === '') return { name: '', match: {} };
    const stable = path.split('/').findIndex((part) => CHANCE.test(part));
    const until = stable === -1 ? line : `${line.split('/').slice(0, stable).join('/')}/`;
    return { name: until, match: { contains: until } };
  }
  if (type !== 'response-head') return undefined;
  const [, status = ''] = /^HTTP\/[\d.]+ (\d{3})/.exec(payload) ?? [];
  return status === '' ? { name: '', match: {} } : { name: status, match: { contains: ` ${status} ` } };
}

function ofJson(payload: string): Told | undefined {
  const value = parsed(payload);
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) return { name: '[]', match: {} };
  const members = value as Readonly<Record<string, unknown>>;
  const names = NAMING.flatMap((key) => {
    const said = members[key];
    return typeof said === 'string' && NAME.test(said) && !CHANCE.test(said) ? [[key, said] as const] : [];
  }).slice(0, NAMES_MAX);
  if (names.length > 0)
    return {
      name: names.map(([key, said]) => `${key}=${said}`).join(' '),
      match: { json: Object.fromEntries(names.map(([key, said]) => [`/${key}`, said])) },
    };
  const keys = Object.keys(members);
  const truths = keys.filter((key) => typeof members[key] === 'boolean').slice(0, NAMES_MAX);
  const last = keys.findLast((key) => NAME.test(key));
  return {
    name: `{${keys
      .slice(0, 4)
      .map((key) => (truths.includes(key) ? `${key}=${String(members[key])}` : key))
      .join(',')}}`,
    match: {
      ...(truths.length > 0 && { json: Object.fromEntries(truths.map((key) => [`/${key}`, members[key] as boolean])) }),
      ...(last !== undefined && { contains: `"${last}"` }),
    },
  };
}

function ofText(type: string, payload: string): Told | undefined {
  if (type !== 'line' && type !== 'text') return undefined;
  const [word] = WORD.exec(payload) ?? [];
  return word === undefined || CHANCE.test(word) ? undefined : { name: word, match: { contains: word } };
}

function parsed(text: string): unknown {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
