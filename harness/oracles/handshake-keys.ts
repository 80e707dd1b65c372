// Are the keys of a link's WebSocket handshakes drawn at random for each connection, as RFC 6455 (4.1, 10.3) wants it?
// Each run asks it of the keys that it has seen; a scenario that opens enough connections can demand the answer.
// It looks for what a clock or a counter leaves behind: bits that agree with bits of the next byte, and bits that stay the
// same from one key to the next. The keys stand in payloads.
//
//   False alarms. Of random keys all these agreements are independent fair coins, so each of the 65 counts is binomial
//   with p = 1/2, and by Hoeffding's inequality one of N tosses is further than N t from N / 2 in at most
//   2 exp(-2 N t^2) of all runs. t is set so that this, 65 times, is FALSE_ALARM_MAX. Equal keys and malformed ones
//   add less than 2^-100.
import { eventsOf, type History } from '../model/judging/history.ts';
import type { Oracle } from '../model/judging/oracle.ts';
import { failOrPass, unknown } from '../model/judging/verdict.ts';
import type { Suspicion } from './evidence/suspicion.ts';

const FALSE_ALARM_MAX = 1e-9;
const KEY_BYTES = 16;
/** Each of the 8 bits of a byte with each of the next byte, and all bits of a key with those of the next key. */
const COUNTS = 8 * 8 + 1;
/** Below this many handshakes even keys without any chance in them would not be told apart. */
const HANDSHAKES_MIN = 5;

interface HandshakeKey {
  text: string;
  bytes: Buffer;
  seq: number;
}

interface Agreement {
  /** What was compared, in words. */
  what: string;
  agreed: number;
  of: number;
}

/**
 * Each run judges the keys that it has seen. This demands that there are enough of them.
 * @param handshakes so many must have been seen on the link, or the verdict is unknown
 */
export function randomHandshakeKeys({ link, handshakes }: { link: string; handshakes: number }): Oracle {
  if (handshakes < HANDSHAKES_MIN)
    throw new Error(`${handshakes} handshakes are too few to judge keys by: ask for ${HANDSHAKES_MIN} or more`);
  return {
    name: 'protocol',
    question: `Is the key of each handshake on '${link}' drawn at random?`,
    judge(history) {
      const keys = keysIn(history, link);
      if (keys.length >= handshakes) return failOrPass('protocol', findings(keys, link));
      return unknown('protocol', 'vacuous', `only ${keys.length} of ${handshakes} handshakes were seen on '${link}'`);
    },
  };
}

/** What is wrong with the keys that were seen on a link. Two handshakes show a repeated key; the rest needs five of them. */
export function weakKeysOn(history: History, link: string, isExcused: (frame: Frame) => boolean): Suspicion['finding'][] {
  return findings(keysIn(history, link, isExcused), link);
}

type Frame = ReturnType<typeof eventsOf<'frame'>>[number];

function keysIn(history: History, link: string, isExcused: (frame: Frame) => boolean = () => false): HandshakeKey[] {
  return eventsOf(history, 'frame')
    .filter((frame) => frame.link === link && frame.direction === 'upstream' && frame.type === 'request-head' && !isExcused(frame))
    .flatMap(({ seq, payload = '' }) => {
      const [, text] = /^sec-websocket-key:[ \t]*(.*?)[ \t]*$/im.exec(payload) ?? [];
      return text === undefined ? [] : { text, bytes: Buffer.from(text, 'base64'), seq };
    });
}

function findings(keys: readonly HandshakeKey[], link: string): Suspicion['finding'][] {
  const malformed = keys.filter(({ text, bytes }) => bytes.length !== KEY_BYTES || bytes.toString('base64') !== text);
  if (malformed.length > 0) return [finding(malformed, link, `are not ${KEY_BYTES} bytes in base64 (${malformed[0]?.text})`)];
  const repeated = [...Map.groupBy(keys, ({ text }) => text).values()].filter((same) => same.length > 1);
  if (repeated.length > 0) return [finding(repeated.flat(), link, 'come more than once')];
  if (keys.length < HANDSHAKES_MIN) return [];
  const agreements = [...withinKeys(keys), betweenKeys(keys)].filter(isFarFromHalf);
  const [worst] = agreements.toSorted((a, b) => deviation(b) - deviation(a));
  if (!worst) return [];
  const odds = `by chance one of ${COUNTS} such counts is so far from half in fewer than ${FALSE_ALARM_MAX} of all runs`;
  return [finding(keys, link, `are not random: ${worst.what} in ${worst.agreed} of ${worst.of} cases (${odds})`)];
}

function finding(keys: readonly HandshakeKey[], link: string, what: string): Suspicion['finding'] {
  const seqs = keys.map(({ seq }) => seq).toSorted((a, b) => a - b);
  return {
    code: 'TW-PROTOCOL-WEAK-KEYS',
    message: `${keys.length} handshake keys on '${link}' ${what}`,
    // How many there were, and which bits show it, is chance.
    bug: `handshake keys on '${link}' are not drawn at random`,
    subject: link,
    events: seqs,
  };
}

function withinKeys(keys: readonly HandshakeKey[]): Agreement[] {
  const bits = [0, 1, 2, 3, 4, 5, 6, 7];
  return bits.flatMap((one) =>
    bits.map((other) => {
      const agreed = keys.reduce((sum, { bytes }) => sum + agreementsIn(bytes, one, other), 0);
      return { what: `bit ${one} of a byte agrees with bit ${other} of the next`, agreed, of: keys.length * (KEY_BYTES - 1) };
    }),
  );
}

function agreementsIn(bytes: Buffer, one: number, other: number): number {
  let agreed = 0;
  for (let at = 0; at + 1 < bytes.length; at += 1) {
    if (bitOf(bytes, at, one) === bitOf(bytes, at + 1, other)) agreed += 1;
  }
  return agreed;
}

function bitOf(bytes: Buffer, at: number, bit: number): number {
  return ((bytes[at] ?? 0) >> bit) & 1;
}

function betweenKeys(keys: readonly HandshakeKey[]): Agreement {
  const agreed = keys.slice(1).reduce((sum, { bytes }, index) => {
    const before = keys[index]?.bytes ?? bytes;
    return sum + bytes.reduce((same, byte, at) => same + 8 - onesIn(byte ^ (before[at] ?? 0)), 0);
  }, 0);
  return { what: 'a bit is the same as in the key before', agreed, of: (keys.length - 1) * KEY_BYTES * 8 };
}

function onesIn(byte: number): number {
  return byte.toString(2).replaceAll('0', '').length;
}

function isFarFromHalf(agreement: Agreement): boolean {
  return deviation(agreement) > Math.sqrt(Math.log((2 * COUNTS) / FALSE_ALARM_MAX) / (2 * agreement.of));
}

function deviation({ agreed, of }: Agreement): number {
  return Math.abs(agreed / of - 1 / 2);
}
