// Timers for times that people choose. Node keeps a timeout in 31 bits, and a longer one fires after a millisecond. So a
// long time is waited for in steps, by the monotonic clock. (proxy/stream/timer.ts does the same for the proxy: containers
// get the folder proxy/ without the rest of the harness.)

export interface Timer {
  cancel(): void;
}

/** Twelve days: below the limit of setTimeout (2^31 - 1 ms) with room for what is added on the way. */
const STEP_MS = 2 ** 30;

/** Calls `then` once, when `ms` have passed; at the next turn of the event loop where that is 0 or less. */
export function startTimer(ms: number, then: () => void, stepMs = STEP_MS): Timer {
  const dueMs = performance.now() + ms;
  let timeout: NodeJS.Timeout;
  const wait = (leftMs: number): void => {
    timeout = leftMs > stepMs ? setTimeout(() => wait(dueMs - performance.now()), stepMs) : setTimeout(then, Math.max(0, leftMs));
  };
  wait(ms);
  return { cancel: () => clearTimeout(timeout) };
}
