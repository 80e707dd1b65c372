// Whether another process's event loop still turns. It beats twice a second. A starved process beats late as well. So the
// judgement uses the processor time that its main thread has used since, because a starved process uses none.
import { readFileSync } from 'node:fs';

export interface Heart extends Disposable {
  /** A sign of life has come. */
  heard(): void;
}

/** An event loop that has not turned for so much of its own processor time is in an endless loop. */
const LOOP_MS = 5_000;
/** Silent without working: in a call that blocks. */
const SILENT_MS = 60_000;
const LOOK_EVERY_MS = 500;

/** @param stuck called once, with what is the matter. */
export function watchHeart(pidOf: () => number | undefined, stuck: (what: string) => void, loopMs = LOOP_MS): Heart {
  let heardMs = performance.now();
  let usedMs = mainThreadMs(pidOf()) ?? 0;
  const look = (): void => {
    const workedMs = (mainThreadMs(pidOf()) ?? usedMs) - usedMs;
    if (workedMs > loopMs) tell(`its event loop did not turn for ${Math.round(workedMs / 1_000)} s of processor time: an endless loop`);
    else if (performance.now() - heardMs > SILENT_MS) tell(`its event loop did not turn for ${SILENT_MS / 1_000} s: a call that blocks`);
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  timer.unref();
  const tell = (what: string): void => {
    clearInterval(timer);
    stuck(what);
  };
  return {
    heard() {
      heardMs = performance.now();
      usedMs = mainThreadMs(pidOf()) ?? usedMs;
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

/** The first number of /proc/<pid>/task/<tid>/schedstat, nanoseconds on a processor; undefined once it has gone. */
function mainThreadMs(pid: number | undefined): number | undefined {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  } catch {
    return undefined;
  }
}
