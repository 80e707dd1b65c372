// Oracles over the finished history give one verdict.
import type { History } from '../model/history.ts';
import type { Oracle, Plan } from '../model/oracle.ts';
import { combine, unknown, type Verdict } from '../model/verdict.ts';

export function judge(history: History, plan: Plan, oracles: readonly Oracle[]): Verdict {
  return combine(oracles.map((oracle) => judgeOne(oracle, history, plan)));
}

function judgeOne(oracle: Oracle, history: History, plan: Plan): Verdict {
  try {
    return oracle.judge(history, plan);
  } catch (error) {
    return unknown(oracle.name, 'harness', `the oracle itself failed: ${(error as Error).stack ?? String(error)}`);
  }
}
