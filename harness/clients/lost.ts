// What a connection's end means for a request that had no answer yet.
import { IndeterminateError } from '../model/scenario.ts';

/** connect(2): nobody was reached, so nothing can have happened. */
const NOT_REACHED = ['ECONNREFUSED', 'ENOENT', 'EACCES', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'EADDRNOTAVAIL'];

/** The error itself where nobody was reached, and otherwise an IndeterminateError around it. */
export function lost(error: Error, what: string): Error {
  if (NOT_REACHED.includes((error as NodeJS.ErrnoException).code ?? '')) return error;
  return new IndeterminateError(`${what}: the connection ended before the answer (${error.message}): it may have happened or not`, {
    cause: error,
  });
}

/** The connection was closed while a request waited: in words of where the answer stood. */
export function cutShort(what: string, where: string): IndeterminateError {
  return new IndeterminateError(`${what}: ${where}: it may have happened or not`);
}
