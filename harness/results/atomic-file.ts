// A reader sees the old file or the new one, never half of one. A full disk leaves the old file. Results hold what programs
// said to each other, so only their owner may read them.
import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { TornwireError } from '../model/values/tornwire-error.ts';
import { EXIT } from '../model/values/exit-code.ts';

export const RESULT_MODE = 0o600;

/** @throws ResultsError naming the file and the reason. */
export async function writeWhole(file: string, text: string): Promise<void> {
  // A name of its own: two cases that end together may save the same bug.
  const draft = `${file}.${randomUUID()}.draft`;
  try {
    await mkdir(dirname(file), { recursive: true });
    const handle = await open(draft, 'w', RESULT_MODE);
    try {
      await handle.writeFile(text);
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (cause) {
    // What cannot be written often cannot be removed either; the first reason is the one to tell.
    await rm(draft, { force: true }).catch(() => undefined);
    throw new ResultsError(`cannot write ${file}: ${(cause as Error).message}`, { cause });
  }
}

/** @throws ResultsError naming the folder and the reason. */
export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((cause: Error) => {
    throw new ResultsError(`cannot make ${folder}: ${cause.message}`, { cause });
  });
}

export class ResultsError extends TornwireError {
  readonly exitCode = EXIT.harness;
}
