// One use of a folder at a time. The lock is gone with its holder, however that ends.
import { createHash } from 'node:crypto';
import { takeAbstractSocket } from '../../runtime/ground/run-folder.ts';
import { RuntimeError } from '../../runtime/runtime.ts';

/**
 * @param use a word that says what for: `nightly`, `selftest`
 * @param path a real path, which all who do the same name alike
 * @param taken the reason and the cure, for whoever comes second
 * @throws RuntimeError with that text when it is held.
 */
export async function onlyHere(use: string, path: string, taken: string): Promise<AsyncDisposable> {
  const lock = await takeAbstractSocket(`tornwire-${use}-${createHash('sha256').update(path).digest('hex').slice(0, 32)}`);
  if (!lock) throw new RuntimeError(taken);
  return lock;
}
