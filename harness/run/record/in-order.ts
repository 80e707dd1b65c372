// Events in the order of their causes. An event of a fault server arrives some milliseconds after it happened, and what it caused may be
// here before it: a client notices a cut at once. So the last events are held open for a moment, and one that arrives late takes
// its place among them. What is older has its place and its number for good.
import type { Event, EventBase, EventBody } from '../../model/judging/history.ts';

/** What a fault server on a busy machine takes from an event to its telling. What takes longer comes directly behind what is closed. */
export const HELD_MS = 250;

/** An event before it has its number. */
export type Unnumbered = Omit<EventBase, 'seq'> & EventBody;

export interface InOrder {
  /** All so far, numbered from 1, and never earlier than the one before. */
  readonly events: readonly Event[];
  /** Gives the event its place and its number, and those behind it theirs. */
  add(event: Unnumbered, line: string): Event;
  /** Closes what happened before then. */
  closeUntil(atMs: number): void;
}

/** @param close is told each event, in order, once its number is final; `line` is what was handed in with it. */
export function inOrder(close: (seq: number, line: string) => void): InOrder {
  const events: Event[] = [];
  const lines: string[] = [];
  let closed = 0;
  return {
    events,
    add(given, line) {
      const atMs = Math.max(given.atMs, events[closed - 1]?.atMs ?? 0);
      let index = events.length;
      while (index > closed && (events[index - 1] as Event).atMs > atMs) index--;
      const event: Event = { seq: index + 1, ...given, atMs };
      events.splice(index, 0, event);
      lines.splice(index - closed, 0, line);
      for (let behind = index + 1; behind < events.length; behind++) (events[behind] as Event).seq = behind + 1;
      return event;
    },
    closeUntil(atMs) {
      let count = 0;
      while (closed + count < events.length && (events[closed + count] as Event).atMs <= atMs) count++;
      for (const line of lines.splice(0, count)) close(++closed, line);
    },
  };
}
