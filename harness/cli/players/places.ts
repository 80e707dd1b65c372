// Places for cases that run side by side. How many there are may change while they run.

export interface Places {
  /**
   * Resolves when there is a place, in the order of asking, with what gives it back.
   * @param alone waits until nobody else has one, and nobody else gets one meanwhile
   */
  enter(alone: boolean): Promise<() => void>;
}

/** @param jobs asked whenever another one could begin: how many places there are, at least 1 */
export function placesFor(jobs: () => number): Places {
  const waiting: { alone: boolean; enter: () => void }[] = [];
  let taken = 0;
  let isAlone = false;
  const letIn = (): void => {
    for (let next = waiting[0]; next && !isAlone && taken < (next.alone ? 1 : jobs()); next = waiting[0]) {
      waiting.shift();
      taken += 1;
      isAlone = next.alone;
      next.enter();
    }
  };
  const leave = (): void => {
    taken -= 1;
    isAlone = false;
    letIn();
  };
  return {
    async enter(alone) {
      await new Promise<void>((enter) => {
        waiting.push({ alone, enter });
        letIn();
      });
      return leave;
    },
  };
}
