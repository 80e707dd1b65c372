// What a network tells the run: each fact when it comes, and whether a fault server could not do what it was told.
import type { Hit, Late } from '../../model/judging/history.ts';
import type { Direction } from '../../model/system/link.ts';
import { TornwireError } from '../../model/values/tornwire-error.ts';
import { EXIT } from '../../model/values/exit-code.ts';

/**
 * Facts flow back one way. `causedMs` is when it happened, on CLOCK_MONOTONIC of this machine in milliseconds; an engine that does not
 * tell leaves it out.
 */
export interface NetworkSink {
  connection(
    event: { link: string; connection: number; state: 'opened' | 'closed'; ended?: { client: string; upstream: string } },
    causedMs?: number,
  ): void;
  frame(
    event: {
      link: string;
      connection: number;
      direction: Direction;
      index: number;
      type: string;
      offset: number;
      bytes?: number;
      payload?: string;
    },
    causedMs?: number,
  ): void;
  frameError(
    event: {
      link: string;
      connection: number;
      direction: Direction;
      offset: number;
      reason: string;
      line?: string;
      wrong?: { bytes: string; at: number };
    },
    causedMs?: number,
  ): void;
  fired(step: string, hit: Hit, causedMs?: number): void;
  /**
   * The engine died, froze or lost events: exit 3, never the system's fault. With `late` it only gave no answer in time, for which a starved
   * machine may be the reason.
   */
  broken(detail: string, late?: Late): void;
}

/** The fault server did not do what it was told within its deadline. */
export class InjectorError extends TornwireError {
  readonly exitCode = EXIT.harness;
  /** Where it gave no answer at all: how long that was waited for. */
  readonly late: Late | undefined;

  constructor(message: string, { late, ...options }: ErrorOptions & { late?: Late } = {}) {
    super(message, options);
    this.late = late;
  }
}

/** Deadlines are so many times what an answer takes where there is time. */
const DEADLINE_TIMES = 4;

/** That nothing came within a deadline, from `askedMs` (performance.now) until now. */
export function lateSince(askedMs: number, deadlineMs: number): Late {
  return { waitedMs: performance.now() - askedMs, boundMs: deadlineMs / DEADLINE_TIMES };
}

export function tellBroken({ broken }: Pick<NetworkSink, 'broken'>, error: Error): void {
  broken(error.message, error instanceof InjectorError ? error.late : undefined);
}
