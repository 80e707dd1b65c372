import type { Isolation } from '../model/isolation.ts';

/** One line for whoever watches a run. */
export function isolationLine(isolation: Isolation): string {
  return isolation.way === 'box' ? 'isolation: box' : `isolation: addresses (${isolation.why})`;
}
