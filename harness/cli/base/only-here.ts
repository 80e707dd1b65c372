// One use of a folder at a time. The lock is gone with its holder, however that ends.
import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
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

/**
 * Two of one seed would write every case into one ledger twice.
 *
 * @param results the folder of results, which need not be there yet; the one above it must
 * @throws RuntimeError when another is at it.
 */
export async function onlyOneOfSeed(use: 'nightly' | 'sweep', results: string, seed: number): Promise<AsyncDisposable> {
  const ledger = join(await realpath(dirname(results)), basename(results), String(seed));
  return await onlyHere(use, ledger, `a ${use} of seed ${seed} is running here: wait for its end, or begin another with another --seed`);
}
