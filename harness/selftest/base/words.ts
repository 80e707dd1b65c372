// What the scripts of the pairs have in common.
import type { Plot } from './pair.ts';

export const PING = '"ping"';
export const PONG = '"pong"';
export const ADD = '"add"';
export const GET = '"get"';

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** One line and the answer that it should get, one after the other. */
export function says(...turns: readonly (readonly [line: string, expected?: string])[]): Plot {
  return {
    async script({ say }) {
      for (const [line, expected] of turns) await say(line, expected);
    },
  };
}
