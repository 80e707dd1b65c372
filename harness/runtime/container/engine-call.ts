// Every question to the Docker engine goes through here. Each has a bound, and its failure says what was asked.
import { settlesWithin } from '../linux/poll.ts';
import { RuntimeError } from '../runtime.ts';

const CALL_WITHIN_MS = 20_000;

/** The client has no deadlines of its own. @throws RuntimeError saying what was asked. */
export async function call<T>(what: string, ask: () => Promise<T>, withinMs = CALL_WITHIN_MS): Promise<T> {
  const answer = Promise.resolve().then(ask);
  try {
    if (!(await settlesWithin(answer, withinMs))) throw new Error(`no answer within ${withinMs} ms`);
    return await answer;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new RuntimeError(`the Docker engine did not ${what}: ${why}`, { cause: error });
  }
}

/** 404 and 409: it has gone, ended, or is in the state already. */
export function unlessEnded(what: string, act: () => Promise<unknown>): Promise<void> {
  return tolerating([404, 409], () => call(what, act));
}

export async function tolerating(statuses: readonly number[], act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    if (cause instanceof Error && 'statusCode' in cause && statuses.includes(Number(cause.statusCode))) return;
    throw error;
  }
}
