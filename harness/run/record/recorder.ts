// The only writer of a run's history. Events are appended to history.ndjson while the run goes on and are kept for the
// oracles, in the order of their causes. Secrets are replaced in what is written; the oracles see everything, so that no replacement
// changes a verdict. Waiters learn of each event when it is recorded.
import type { Redactor } from '../../model/secrets/redact.ts';
import type { Event, EventBody, History } from '../../model/judging/history.ts';
import { writtenAround } from './around.ts';
import { openHistoryFile } from './history-file.ts';
import { HELD_MS, inOrder, type Unnumbered } from './in-order.ts';

/** Beyond this the history ends with a harness event: a run that talks so much is not judged as complete. */
const EVENTS_MAX = 400_000;

/** Their content is over at their end; others are pieces of what goes on. */
const WHOLE_FRAMES = new Set(['line', 'text', 'binary', 'ping', 'pong', 'close']);

export interface Recorder extends Disposable {
  /** In the order of their causes. The last ones, of a quarter of a second, may still move back by what arrives late. */
  readonly history: History;
  readonly startedWallMs: number;
  /**
   * @param causedMs when it happened, on CLOCK_MONOTONIC in milliseconds, where somebody else saw it; now when absent.
   * @returns the event as it stands then: its number may still grow.
   */
  record(body: EventBody, causedMs?: number): Event;
  /** Called with each event right after it was recorded. */
  subscribe(listener: (event: Event) => void): () => void;
  nowMs(): number;
  /** Everything so far is on the disk. @throws RecorderError when it could not be written. */
  saved(): void;
}

/** @param bounds for tests. */
export function openRecorder(file: string, redact: Redactor, { eventsMax = EVENTS_MAX, heldMs = HELD_MS } = {}): Recorder {
  const onDisk = openHistoryFile(file);
  const listeners = new Set<(event: Event) => void>();
  const startedMs = monotonicMs();
  // The number of an event is known last, and stands first in its line.
  const ordered = inOrder((seq, line) => onDisk.append(`{"seq":${seq},${line.slice(1)}`));
  const history = ordered.events;

  const withoutSecrets = redactedEvents(redact);
  const nowMs = (): number => rounded(monotonicMs() - startedMs);
  const append = (body: EventBody, causedMs?: number): Event => {
    const recordedMs = nowMs();
    const atMs = causedMs === undefined ? recordedMs : Math.min(recordedMs, Math.max(0, rounded(causedMs - startedMs)));
    ordered.closeUntil(recordedMs - heldMs);
    const whole = { atMs, wallMs: Math.round(Date.now() - (recordedMs - atMs)), ...body };
    const unnumbered = JSON.parse(JSON.stringify(whole)) as Unnumbered;
    return ordered.add(unnumbered, JSON.stringify(withoutSecrets(unnumbered)));
  };
  const closing = setInterval(() => ordered.closeUntil(nowMs() - heldMs), heldMs);
  closing.unref();

  return {
    history,
    startedWallMs: Date.now(),
    nowMs,
    record(body, causedMs) {
      const last = history.at(-1);
      if (last && history.length > eventsMax) return last;
      const event =
        history.length === eventsMax
          ? append({ kind: 'harness', problem: 'lost-events', detail: `more than ${eventsMax} events: the rest was not recorded` })
          : append(body, causedMs);
      for (const listener of listeners) listener(event);
      return event;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    saved() {
      ordered.closeUntil(Infinity);
      onDisk.flush();
    },
    [Symbol.dispose]() {
      clearInterval(closing);
      ordered.closeUntil(Infinity);
      onDisk[Symbol.dispose]();
    },
  };
}

/** Not the process's own clock: what happens elsewhere is told by the clock that all processes share. */
function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

function rounded(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}

/** What a connection or a program says in pieces may hold a secret that no piece holds alone. */
function redactedEvents(redact: Redactor): (event: Unnumbered) => Unnumbered {
  const streams = new Map<string, (piece: string) => string>();
  const said = (stream: string, between: string, piece: string): string => {
    const known = streams.get(stream) ?? redact.stream(between);
    streams.set(stream, known);
    return known(piece);
  };
  return (event) => {
    if (event.kind === 'log') return { ...event, line: said(`${event.node} ${event.stream}`, '\n', event.line) };
    if (event.kind === 'fault' && event.state === 'fired' && event.hit.kind === 'link' && event.hit.around !== undefined) {
      const { around, ...hit } = event.hit;
      const { hit: plain, ...rest } = redact.value({ ...event, hit });
      return { ...rest, hit: { ...plain, around: writtenAround(around, redact) } };
    }
    if (event.kind !== 'frame' || event.payload === undefined) return redact.value(event);
    const { link, connection, direction, type, payload } = event;
    return { ...event, payload: said(`${link} ${connection} ${direction}`, WHOLE_FRAMES.has(type) ? '\n' : '', payload) };
  };
}
