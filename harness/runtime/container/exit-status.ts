// Shells and Docker use one number for both ways to end: 128 + n stands for signal n.
import { constants } from 'node:os';
import type { NodeExit } from '../runtime.ts';

/** A program that calls exit(143) by itself cannot be told from one that SIGTERM ended. */
export function exitOfStatus(status: number): NodeExit {
  const signal = signals.find(([, number]) => number === status - 128)?.[0];
  return signal === undefined ? { code: status, signal: null } : { code: null, signal };
}

const signals = Object.entries(constants.signals) as [NodeJS.Signals, number][];
