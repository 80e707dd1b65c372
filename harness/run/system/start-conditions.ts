// The conditions under which nodes start. Each fault that is in force at a start adds its own.
import type { RunningNode, StartConditions } from '../../runtime/runtime.ts';

export interface ConditionSource {
  conditions(node: string): StartConditions;
  /** The node is ready, so it has started under them. */
  began?(node: string): void | Promise<void>;
}

interface StartConditionsOfAll {
  add(source: ConditionSource): void;
  /** Of all sources together; a start is held by one after the other. */
  of(node: string): StartConditions;
  /** Tells one source after the other. */
  began(node: string): Promise<void>;
  /** Tells all of them at once; what one of them could not do does not keep the others from it. */
  beganByItself(node: string, broken: (detail: string) => void): void;
}

export function startConditions(): StartConditionsOfAll {
  const sources: ConditionSource[] = [];
  return {
    add: (source) => void sources.push(source),
    of(node) {
      const all = sources.map((source) => source.conditions(node));
      const helds = all.flatMap(({ held }) => held ?? []);
      return {
        environment: all.flatMap(({ environment = [] }) => environment),
        ...(helds.length > 0 && {
          held: async (running: RunningNode) => {
            for (const held of helds) await held(running);
          },
        }),
      };
    },
    async began(node) {
      for (const source of sources) await source.began?.(node);
    },
    beganByItself(node, broken) {
      for (const source of sources) void Promise.resolve(source.began?.(node)).catch((error: Error) => broken(error.message));
    },
  };
}
