// A program's two output streams. They are read all the time and cut into lines at byte 0x0A alone. Bytes are decoded one
// whole line at a time, so text survives any split. A line without an end takes bounded memory.
import type { NodeSink } from '../runtime.ts';

export type LogStream = 'stdout' | 'stderr';

export interface LogLines {
  write(stream: LogStream, chunk: Buffer): void;
  /** The stream has ended: what came after the last newline is a line too. */
  end(stream: LogStream): void;
  /** Resolves once a line holds the awaited text. */
  readonly awaited: Promise<void>;
  readonly tail: () => readonly string[];
}

const LINE_BYTES_MAX = 64 * 1024;
const TAIL_LINES = 50;

export function logLines(sink: NodeSink, awaitedText?: string): LogLines {
  const halves = { stdout: halfLine(), stderr: halfLine() };
  const tail: string[] = [];
  const awaited = Promise.withResolvers<void>();

  function line(stream: LogStream, text: string): void {
    tail.push(text);
    if (tail.length > TAIL_LINES) tail.shift();
    if (awaitedText !== undefined && text.includes(awaitedText)) awaited.resolve();
    sink.line(stream, text);
  }

  return {
    write(stream, chunk) {
      const half = halves[stream];
      let from = 0;
      for (let to = chunk.indexOf(0x0a); to !== -1; to = chunk.indexOf(0x0a, from)) {
        half.add(chunk.subarray(from, to));
        line(stream, half.take());
        from = to + 1;
      }
      half.add(chunk.subarray(from));
    },
    end(stream) {
      if (halves[stream].started()) line(stream, halves[stream].take());
    },
    awaited: awaited.promise,
    tail: () => [...tail],
  };
}

function halfLine(): { add(bytes: Buffer): void; started(): boolean; take(): string } {
  let kept: Buffer[] = [];
  let keptBytes = 0;
  let lostBytes = 0;
  return {
    add(bytes) {
      const fits = bytes.subarray(0, LINE_BYTES_MAX - keptBytes);
      lostBytes += bytes.length - fits.length;
      if (fits.length === 0) return;
      keptBytes += fits.length;
      kept.push(fits);
    },
    started: () => keptBytes > 0,
    take() {
      const text = Buffer.concat(kept, keptBytes).toString('utf8');
      const whole = lostBytes === 0 ? text : `${text}... and ${lostBytes} more bytes`;
      kept = [];
      keptBytes = 0;
      lostBytes = 0;
      return whole;
    },
  };
}
