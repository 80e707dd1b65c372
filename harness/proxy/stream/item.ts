// What travels along one direction of a connection: bytes with their place in the stream, the end of the stream, or
// something to do once everything before it has gone out. Stages take items and hand items on.

import type { Fidelity, SliceEnds } from '../exact/exact.ts';
import type { FrameInfo } from '../frames/frame.ts';

export type Direction = 'upstream' | 'downstream';

export interface DataItem {
  kind: 'data';
  data: Buffer;
  /** Where its first byte stands in the stream as it came from the source. */
  offset: number;
  /** Counts the reads from the source, from 1. */
  chunk: number;
  /** When it was due here; a stage that delays moves it forward. */
  atMs: number;
  /** Absent on a raw link. */
  frame: FrameInfo | undefined;
  offsetInFrame: number;
  /** Holds the frame's first or last byte. On a raw link each chunk stands for itself. */
  first: boolean;
  last: boolean;
  /** To be written in slices of their own. */
  slices?: SlicePlan;
}

export interface SlicePlan {
  ends: SliceEnds;
  want: Fidelity | 'auto';
  apart: boolean;
  delayUs: number;
  /** Aborted when the toxic is removed: what is left then goes out in one piece. */
  lifted?: AbortSignal;
  report: (outcome: { fidelity: Fidelity; boundaries: number; vouched: number; error?: string }) => void;
}

export type Item =
  | DataItem
  /** `closed`: the source has hung up, so its destination is closed and not only told of the end of the stream. */
  | { kind: 'end'; closed?: true }
  /** `when: 'flushed'` waits until all bytes before it are in the kernel; 'now' overtakes what is queued at the socket. */
  | { kind: 'act'; when: 'flushed' | 'now'; act: () => void | Promise<void> };

export type Emit = (item: Item) => void;

/** The first `bytes` bytes and the rest; either may be empty (undefined). */
export function splitAt(item: DataItem, bytes: number): [DataItem | undefined, DataItem | undefined] {
  if (bytes <= 0) return [undefined, item];
  if (bytes >= item.data.length) return [item, undefined];
  const { slices: _gone, ...plain } = item;
  return [
    { ...plain, data: item.data.subarray(0, bytes), last: false },
    { ...plain, data: item.data.subarray(bytes), offset: item.offset + bytes, offsetInFrame: item.offsetInFrame + bytes, first: false },
  ];
}

/** What an item takes in memory besides its bytes, roughly: many tiny ones must count. */
const ITEM_BYTES = 256;

export function weightOf(item: Item): number {
  return ITEM_BYTES + (item.kind === 'data' ? item.data.length : 0);
}

export function bytesIn(items: readonly Item[]): number {
  return items.reduce((sum, item) => sum + (item.kind === 'data' ? item.data.length : 0), 0);
}
