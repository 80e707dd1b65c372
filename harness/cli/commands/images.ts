// `tornwire images`: builds the images that containers are started from. What is built already stays as it is.
import { EXIT } from '../../model/values/exit-code.ts';
import { buildImages } from '../../runtime/container/images/build-images.ts';

/** @throws RuntimeError with what this machine lacks, and the cure. */
export async function images({ registry, json = false }: { registry: boolean; json?: boolean }): Promise<number> {
  const told = json ? process.stderr : process.stdout;
  const built = await buildImages(!registry, (line) => told.write(`images: ${line}\n`));
  if (json) process.stdout.write(`${JSON.stringify({ version: 1, ...built }, null, 2)}\n`);
  return EXIT.pass;
}
