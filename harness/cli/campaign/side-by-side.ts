// Which case begins next. As many as there are jobs run side by side, but two that would be in each other's way never do: those
// whose nodes listen at every address of the machine on one port.

export interface Order {
  jobs: number;
  signal: AbortSignal;
  /** Asked before each case; once it says no, no further one begins. */
  mayBegin: () => boolean;
  /** True if the first, which has not begun, cannot run beside the second, which runs. */
  inTheWay: (waiting: number, running: number) => boolean;
}

/** Takes each of the indexes once, in their order as far as it goes. @throws what the first that throws throws, when all have ended. */
export async function sideBySide(indexes: readonly number[], order: Order, take: (index: number) => Promise<void>): Promise<void> {
  const { jobs, signal, mayBegin, inTheWay } = order;
  const waiting = [...indexes];
  const running = new Map<number, Promise<void>>();
  const broken: unknown[] = [];
  const begin = (index: number): void => {
    const taking = take(index)
      .catch((error: unknown) => void broken.push(error))
      .finally(() => running.delete(index));
    running.set(index, taking);
  };
  for (;;) {
    while (running.size < jobs && broken.length === 0 && !signal.aborted) {
      const at = waiting.findIndex((index) => ![...running.keys()].some((other) => inTheWay(index, other)));
      if (at === -1 || !mayBegin()) break;
      begin(...(waiting.splice(at, 1) as [number]));
    }
    if (running.size === 0) break;
    await Promise.race(running.values());
  }
  if (broken.length > 0) throw broken[0];
}
