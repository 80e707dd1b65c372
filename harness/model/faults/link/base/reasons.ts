// Reasons that several link faults share: what they cannot do on some links, and why.
import type { Trigger } from '../../when/trigger.ts';
import type { Place } from './link-fault-type.ts';

export const PIPES_ARE_NOT_DIALLED = 'the streams of a child are not dialled, so there is no address that could do this';
export const PIPES_HAVE_NO_RESET = 'a pipe has no reset: its reader sees an end, its writer a broken pipe (use a cut with fin)';
export const NO_FRAMES = 'it reads no frames';

/** For faults that act on a whole frame, or on one byte of a raw link. */
export function whyNotOneByte({ framing, trigger }: Place & { trigger: Trigger }): string | undefined {
  if (framing !== 'raw' || trigger.atByte !== undefined) return undefined;
  return `on a raw link it acts on one byte: say which with atByte, or name the link's framing`;
}
