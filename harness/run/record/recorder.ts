// The only writer of a run's history. Events are appended to history.ndjson while the run goes on and are kept for the
// oracles. Secrets are replaced before anything reaches the disk. Waiters learn of each event when it is recorded.
import type { Event, EventBody, History } from '../../model/judging/history.ts';
import { openHistoryFile } from './history-file.ts';

/** Beyond this the history ends with a harness event: a run that talks so much is not judged as complete. */
const EVENTS_MAX = 400_000;

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

export function openRecorder(file: string, redact: (text: string, name?: string) => string, eventsMax = EVENTS_MAX): Recorder {
  const onDisk = openHistoryFile(file);
  const history: Event[] = [];
  const listeners = new Set<(event: Event) => void>();
  const startedMs = performance.now();

  const nowMs = (): number => Math.round((performance.now() - startedMs) * 1_000) / 1_000;
  const append = (body: EventBody): Event => {
    const whole = { seq: history.length + 1, atMs: nowMs(), wallMs: Date.now(), ...body };
    const line = JSON.stringify(whole, (key, value: unknown) => (typeof value === 'string' ? redact(value, key) : value));
    const event = JSON.parse(line) as Event;
    history.push(event);
    onDisk.append(line);
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
