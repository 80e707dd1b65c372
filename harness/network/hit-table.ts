// When a fault has fired: when what a reader sees has changed, and never before. One line for each fault, for people.
// proxy/hits.test.ts tests each line, with a near-miss beside it.
import type { LinkFaultKind } from '../model/faults/fault.ts';

interface HitRule {
  /** It counts as a hit when ... */
  when: string;
  /** A near-miss: armed, reached by traffic, and nothing is changed. */
  notWhen: string;
}

export const HIT_RULES: Readonly<Record<LinkFaultKind, HitRule>> = {
  latency: { when: 'bytes are kept back for at least half a millisecond', notWhen: 'delay and jitter are 0' },
  bandwidth: { when: 'bytes are kept back for at least half a millisecond', notWhen: 'the rate lets everything pass at once' },
  stall: { when: 'it holds a byte, or the end of the stream', notWhen: 'the peer sends nothing' },
  'slow-close': { when: 'it holds the end of the stream', notWhen: 'the stream does not end, or the delay is 0' },
  timeout: {
    when: 'it swallows a byte or an end, or closes the connection when its time is over',
    notWhen: 'nothing is sent before its time is over; that the lift closes the connection is no hit',
  },
  split: {
    when: 'a part was read by itself (`paced`: two parts were written)',
    notWhen: 'its parts come to one slice, as offset 5000 of 237 bytes, or the peer had gone',
  },
  slice: {
    when: 'one write left as several, or waited for the pause behind the one before',
    notWhen: 'every write is shorter than a slice',
  },
  coalesce: { when: 'two frames or two reads, or pieces of them, left in one write', notWhen: 'one came alone: it was only late' },
  'slow-reader': {
    when: 'bytes lie unread at the proxy because it reads slowly',
    notWhen: 'what the peer sends is read at once, or it sends nothing',
  },
  cut: {
    when: 'a connection (or a direction) that was open is ended; a black hole: when the first byte or end has fallen into it',
    notWhen: 'the stream ends before the byte, or the peers ended it themselves; a black hole into which nothing falls',
  },
  'limit-data': { when: 'the limit is reached and the connection closed', notWhen: 'one byte less passes' },
  reset: { when: 'it loses the first byte, or resets the connection', notWhen: 'there is no connection' },
  refuse: {
    when: 'the address stops accepting. The one exception: a refused dial is seen by nobody, so one is not asked for',
    notWhen: 'the connection from which on it refuses is not the next one',
  },
  'accept-then-close': { when: 'a connection is accepted and closed', notWhen: 'nobody dials' },
  'never-accept': { when: 'a connection is left alone, so that its upstream is not dialled', notWhen: 'nobody dials' },
  'half-open': { when: 'the side that is gone was open until then', notWhen: 'the byte is never reached' },
  down: { when: 'connections are open that it closes, one hit each', notWhen: 'none is open' },
  drop: { when: 'the first byte is left out', notWhen: 'the frame or byte does not come' },
  duplicate: { when: 'the frame has been sent again', notWhen: 'the frame or byte does not come' },
  hold: { when: 'a later frame overtakes it, or time passes while it is held', notWhen: 'it is let go in the turn in which it came' },
  reorder: {
    when: 'the frames have left in another order',
    notWhen: 'fewer came than the window, or frames whose bytes are equal',
  },
  truncate: { when: 'a byte is left out', notWhen: 'the frame is not longer than `toBytes`' },
  corrupt: { when: 'a byte is altered', notWhen: 'the frame or stream ends before the offset' },
  'stray-line': { when: 'the line has been put in', notWhen: 'the frame does not come, or the stream has ended' },
  'split-utf8': { when: 'the first byte of a character was read by itself', notWhen: 'there is no character of more than one byte' },
};
