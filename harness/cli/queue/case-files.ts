// The files of a played case, on their way to who counts: its history first, and as much of the rest as there is room for.
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { RESULT_MODE, ResultsError } from '../../results/atomic-file.ts';

/** By their path in the case's folder, in base64. */
export type CaseFiles = Readonly<Record<string, string>>;

const HISTORY = 'history.ndjson';
/** Not compressed yet. */
const BYTES_MAX = 32 * 1_024 * 1_024;

export async function filesIn(folder: string, bytesMax = BYTES_MAX): Promise<CaseFiles> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = await Promise.all(names.map(async (name) => ({ name, file: await stat(join(folder, name)).catch(() => undefined) })));
  const there = sizes.flatMap(({ name, file }) => (file?.isFile() ? [{ name, size: file.size }] : []));
  const order = there.toSorted((one, other) => Number(other.name === HISTORY) - Number(one.name === HISTORY) || one.size - other.size);
  const files: Record<string, string> = {};
  let left = bytesMax;
  for (const { name, size } of order) {
    if (size > left) continue;
    left -= size;
    files[name] = (await readFile(join(folder, name))).toString('base64');
  }
  return files;
}

/** Nothing is written outside of the folder. @throws ResultsError */
export async function writeFiles(folder: string, files: CaseFiles): Promise<void> {
  try {
    for (const [name, content] of Object.entries(files)) {
      const path = normalize(name);
      if (path.startsWith('..') || path.startsWith('/')) continue;
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), Buffer.from(content, 'base64'), { mode: RESULT_MODE });
    }
  } catch (cause) {
    throw new ResultsError(`cannot write ${folder}: ${(cause as Error).message}`, { cause });
  }
}
