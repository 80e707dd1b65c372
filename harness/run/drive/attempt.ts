// One request with a bound. Without an answer nobody knows whether it happened. That is a third result, beside done and
// failed.
import { bounded } from '../../model/time/bounded.ts';
import { IndeterminateError, type OperationResult } from '../../model/scenario.ts';

/** The bound has passed, or the run was interrupted. */
export class NoAnswer extends IndeterminateError {}

/** The signal that `act` is given is aborted when the bound has passed. */
export async function attempt<T>(
  act: (signal: AbortSignal) => Promise<T>,
  withinMs: number,
  signal: AbortSignal,
): Promise<OperationResult<T>> {
  const late = new AbortController();
  try {
    const answered = await bounded(act(AbortSignal.any([signal, late.signal])), { withinMs, signal });
    if (answered.state === 'done') return { state: 'ok', value: answered.value };
    late.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
    throw new NoAnswer(`no answer within ${Math.round(withinMs)} ms`);
  } catch (cause) {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    return { state: error instanceof IndeterminateError ? 'indeterminate' : 'failed', error };
  }
}
