// The only writer of a run's history. Events are appended to history.ndjson while the run goes on and are kept for the
// oracles. Secrets are replaced in what is written; the oracles see everything, so that no replacement changes a verdict. Waiters learn of each event when it is recorded.
import type { Redactor } from '../../model/secrets/redact.ts';
import type { Event, EventBody, History } from '../../model/judging/history.ts';
import { openHistoryFile } from './history-file.ts';

/** Beyond this the history ends with a harness event: a run that talks so much is not judged as complete. */
const EVENTS_MAX = 400_000;

/** Their content is over at their end; others are pieces of what goes on. */
const WHOLE_FRAMES = new Set(['line', 'text', 'binary', 'ping', 'pong', 'close']);

export interface Recorder extends Disposable {
  readonly history: History;
  readonly startedWallMs: number;
  record(body: EventBody): Event;
  /** Called with each event right after it was recorded. */
  subscribe(listener: (event: Event) => void): () => void;
  nowMs(): number;
  /** Everything so far is on the disk. @throws RecorderError when it could not be written. */
  saved(): void;
}

export function openRecorder(file: string, redact: Redactor, eventsMax = EVENTS_MAX): Recorder {
  const onDisk = openHistoryFile(file);
  const history: Event[] = [];
  const listeners = new Set<(event: Event) => void>();
  const startedMs = performance.now();

  const withoutSecrets = redactedEvents(redact);
  const nowMs = (): number => Math.round((performance.now() - startedMs) * 1_000) / 1_000;
  const append = (body: EventBody): Event => {
    const whole = { seq: history.length + 1, atMs: nowMs(), wallMs: Date.now(), ...body };
    const event = JSON.parse(JSON.stringify(whole)) as Event;
    history.push(event);
    onDisk.append(JSON.stringify(withoutSecrets(event)));
    return event;
  };

  return {
    history,
    startedWallMs: Date.now(),
    nowMs,
    record(body) {
      const last = history.at(-1);
      if (last && history.length > eventsMax) return last;
      const event =
        history.length === eventsMax
          ? append({ kind: 'harness', problem: 'lost-events', detail: `more than ${eventsMax} events: the rest was not recorded` })
          : append(body);
      for (const listener of listeners) listener(event);
      return event;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    saved: () => onDisk.flush(),
    [Symbol.dispose]: () => onDisk[Symbol.dispose](),
  };
}

/** What a connection or a program says in pieces may hold a secret that no piece holds alone. */
function redactedEvents(redact: Redactor): (event: Event) => Event {
  const streams = new Map<string, (piece: string) => string>();
  const said = (stream: string, between: string, piece: string): string => {
    const known = streams.get(stream) ?? redact.stream(between);
    streams.set(stream, known);
    return known(piece);
  };
  return (event) => {
    if (event.kind === 'log') return { ...event, line: said(`${event.node} ${event.stream}`, '\n', event.line) };
    if (event.kind !== 'frame' || event.payload === undefined) return redact.value(event);
    const { link, connection, direction, type, payload } = event;
    return { ...event, payload: said(`${link} ${connection} ${direction}`, WHOLE_FRAMES.has(type) ? '\n' : '', payload) };
  };
}
