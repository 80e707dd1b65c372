// When something happened at a fault server, on this process's clock. On one machine CLOCK_MONOTONIC is the same for all processes,
// also in containers. An engine that runs in another machine (a virtual one of a container engine) has a clock of its own.

/** From its start to our reading of it the first event of an engine takes less; clocks of two machines are further apart. */
const LAG_MAX_MS = 60_000;

/** CLOCK_MONOTONIC in milliseconds. */
export function monotonicNowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/**
 * Translates the times of one engine, asked as each event arrives. Where its clock is another one, the difference is taken from the event
 * that was under way for the shortest time: it is too large by that time, and no event ever seems to come before it happened.
 */
export function engineClock(nowMs: () => number = monotonicNowMs): (theirsMs: number) => number {
  let leastLagMs = Infinity;
  let isOurs: boolean | undefined;
  return (theirsMs) => {
    const lagMs = nowMs() - theirsMs;
    leastLagMs = Math.min(leastLagMs, lagMs);
    isOurs = (isOurs ?? lagMs < LAG_MAX_MS) && lagMs >= 0;
    return isOurs ? theirsMs : theirsMs + leastLagMs;
  };
}
