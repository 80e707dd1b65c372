// Clients throw what a request came to. A script under faults often wants it as a value.
import { IndeterminateError, type OperationResult } from '../model/scenario.ts';

/** `ok` with the answer, `failed` when the other side refused or was not reached, `indeterminate` when nobody can know. Never throws. */
export async function outcomeOf<T>(request: Promise<T>): Promise<OperationResult<T>> {
  try {
    return { state: 'ok', value: await request };
  } catch (cause) {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    return { state: error instanceof IndeterminateError ? 'indeterminate' : 'failed', error };
  }
}
