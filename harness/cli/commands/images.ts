// `tornwire images`: builds the images that containers are started from. What is built already stays as it is.
import { EXIT } from '../../model/values/exit-code.ts';
import { buildImages } from '../../runtime/container/images/build-images.ts';

/** @throws RuntimeError with what this machine lacks, and the cure. */
export async function images({ registry }: { registry: boolean }): Promise<number> {
  await buildImages(!registry, (line) => process.stdout.write(`images: ${line}\n`));
  return EXIT.pass;
}
