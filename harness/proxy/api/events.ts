// What the proxy saw and did: one numbered list that is kept up to a bound. A reader holds nothing but a position in it. So
// a slow reader costs no memory and slows nobody. It loses the oldest events and is told which.

import type { EventBody, ProxyEvent } from '../wire/wire-types.ts';

export interface EventBounds {
  eventsMax: number;
  bytesMax: number;
}

export const EVENT_BOUNDS: EventBounds = { eventsMax: 200_000, bytesMax: 32 * 1024 * 1024 };

/** What an event takes in memory, roughly: its object and its numbers, then its texts. */
const EVENT_BYTES = 200;

export class EventLog {
  readonly #bounds: EventBounds;
  readonly #waiting = new Set<() => void>();
  #events: (ProxyEvent | undefined)[] = [];
  /** Index in `#events` of the oldest event that is kept. */
  #start = 0;
  #bytes = 0;
  #nextSeq = 1;
  /** Difference between CLOCK_MONOTONIC and this process's own clock. */
  readonly #monotonicBaseMs = Number(process.hrtime.bigint()) / 1e6 - performance.now();

  constructor(bounds: EventBounds = EVENT_BOUNDS) {
    this.#bounds = bounds;
  }

  append(proxy: string, body: EventBody, link?: string): void {
    const nowMs = performance.now();
    const entry: ProxyEvent = {
      seq: this.#nextSeq,
      monotonicMs: this.#monotonicBaseMs + nowMs,
      wallMs: performance.timeOrigin + nowMs,
      proxy,
      ...(link !== undefined && { link }),
      ...body,
    };
    this.#nextSeq += 1;
    this.#events.push(entry);
    this.#bytes += bytesOf(entry);
    while (this.#events.length - this.#start > this.#bounds.eventsMax || this.#bytes > this.#bounds.bytesMax) this.#dropOldest();
    if (this.#waiting.size === 0) return;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  /** The number that the next event will have. */
  get nextSeq(): number {
    return this.#nextSeq;
  }

  /** The oldest number that is kept. */
  get firstSeq(): number {
    return this.#nextSeq - (this.#events.length - this.#start);
  }

  at(seq: number): ProxyEvent | undefined {
    const index = this.#start + (seq - this.firstSeq);
    return index < this.#start ? undefined : this.#events[index];
  }

  /** Calls back once, at the next event; returns how to take that back. */
  onNext(wake: () => void): () => void {
    this.#waiting.add(wake);
    return () => this.#waiting.delete(wake);
  }

  #dropOldest(): void {
    const oldest = this.#events[this.#start];
    if (oldest !== undefined) this.#bytes -= bytesOf(oldest);
    this.#events[this.#start] = undefined;
    this.#start += 1;
    if (this.#start < 4096 || this.#start * 2 < this.#events.length) return;
    this.#events = this.#events.slice(this.#start);
    this.#start = 0;
  }
}

function bytesOf(event: ProxyEvent): number {
  return (
    EVENT_BYTES +
    ('payload' in event && event.payload !== undefined ? event.payload.length * 2 : 0) +
    ('reason' in event && event.reason !== undefined ? event.reason.length * 2 : 0) +
    ('attributes' in event ? 1024 : 0)
  );
}
