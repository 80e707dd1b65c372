// What a network tells the run: each fact when it comes, and whether a fault server could not do what it was told.
import type { Hit } from '../../model/judging/history.ts';
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
  frameError(event: { link: string; connection: number; direction: Direction; offset: number; reason: string }, causedMs?: number): void;
  fired(step: string, hit: Hit, causedMs?: number): void;
  /** The engine died, froze or lost events: exit 3, never the system's fault. */
  broken(detail: string): void;
}

/** The fault server did not do what it was told within its deadline. */
export class InjectorError extends TornwireError {
  readonly exitCode = EXIT.harness;
}
