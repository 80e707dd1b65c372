// A reader sees the old file or the new one, never half of one; a full disk leaves the old one.
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** @throws ResultsError naming the file and the reason. */
export async function writeWhole(file: string, text: string): Promise<void> {
  const draft = `${file}.${process.pid}.draft`;
  try {
    await mkdir(dirname(file), { recursive: true });
    const handle = await open(draft, 'w');
    try {
      await handle.writeFile(text);
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (cause) {
    await rm(draft, { force: true });
    throw new ResultsError(`cannot write ${file}: ${(cause as Error).message}`, { cause });
  }
}

export class ResultsError extends Error {}
