// Ctrl+C: the first signal asks the run to stop everything and save what it has, the second ends at once.
import { EXIT } from '../../model/values/exit-code.ts';

export interface Interrupt extends Disposable {
  readonly signal: AbortSignal;
}

/** @param what happens now, in the words of the command */
export function onInterrupt(what = 'stopping everything and saving what is done'): Interrupt {
  const controller = new AbortController();
  const handle = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    process.stderr.write(`\ntornwire: ${signal}: ${what}; once more to leave at once\n`);
    controller.abort(new Error(`interrupted by ${signal}`));
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, handle);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const signal of signals) process.off(signal, handle);
    },
  };
}
