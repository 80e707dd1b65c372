// How to know that Toxiproxy's log was read up to now. A call of its API shows up in the same log. Once the line of a call
// with a number of its own has been read, everything before that line has been read too.
import { bounded } from '../../model/time/bounded.ts';
import type { Control } from '../api/api-client.ts';
import { InjectorError } from '../api/network-sink.ts';

interface LogHandshake {
  /** Resolves when the log was read up to now. @throws InjectorError when it does not show the call in time. */
  shake(): Promise<void>;
  /** The log shows a call with this path and query. */
  called(url: string): void;
  /** Nobody is told any more. */
  forget(): void;
}

export function logHandshake(control: Control, deadlineMs: number): LogHandshake {
  const waiting = new Map<string, () => void>();
  let count = 0;
  return {
    async shake() {
      const path = `/version?tornwire-handshake=${++count}`;
      const seen = new Promise<void>((resolve) => waiting.set(path, resolve));
      await control.call('GET', path);
      const { state } = await bounded(seen, { withinMs: deadlineMs });
      if (state !== 'done') throw new InjectorError(`toxiproxy: its log did not show '${path}' within ${deadlineMs} ms`);
    },
    called(url) {
      waiting.get(url)?.();
      waiting.delete(url);
    },
    forget: () => waiting.clear(),
  };
}
