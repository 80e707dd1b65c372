// The files of nodes as faults reach them: by a path that begins with a placeholder, in the run's own folder, which is
// the same folder for every runtime.
import { join, sep } from 'node:path';
import type { Address } from '../model/link.ts';
import type { FileFault } from '../model/file-fault.ts';
import { freeze, freezingUnavailable } from './frozen.ts';
import { stateFolder } from './node-home.ts';
import { baseFolder } from './run-folder.ts';
import type { FilePlace, NodeFiles, SmallDisk } from './runtime.ts';
import { emptySmallDisk, fillSmallDisk, freeBytesOn, mountSmallDisk, smallDiskUnavailable } from './small-disk.ts';

/** What this machine lacks for a fault of files, with the cure. */
export async function fileFaultLacks(fault: FileFault): Promise<string | undefined> {
  if (fault.kind === 'full-disk') return smallDiskUnavailable();
  return fault.kind === 'read-only' ? await freezingUnavailable(baseFolder()) : undefined;
}

export function nodeFiles(folder: string, listen: (node: string, listener: string) => Address): NodeFiles {
  const place = (node: string, path: string): FilePlace => {
    const [, placeholder = '', pattern = ''] = /^\{([^{}]+)\}(?:\/(.*))?$/.exec(path) ?? [];
    return { base: baseOf(node, placeholder), pattern };
  };
  const baseOf = (node: string, placeholder: string): string => {
    if (placeholder === 'state') return stateFolder(folder, node);
    if (placeholder === 'tmp') return join(folder, 'tmp', node);
    const [, listener] = /^listen\.(.+)\.path$/.exec(placeholder) ?? [];
    const address = listener === undefined ? undefined : listen(node, listener);
    if (address?.transport !== 'unix')
      throw new Error(`a path of node '${node}' begins with {${placeholder}}, which is no place of its own`);
    return address.path;
  };
  return {
    place,
    freeze,
    async fill({ node, path, sizeKB }, freeKB) {
      const disk = diskFolder(place(node, path));
      const bytesBefore = await freeBytesOn(disk);
      await fillSmallDisk(disk, freeKB);
      const bytesAfter = await freeBytesOn(disk);
      return { bytesBefore, bytesAfter, [Symbol.asyncDispose]: () => emptySmallDisk(disk, sizeKB) };
    },
  };
}

/** Before any node runs, so that nothing is hidden by them; outer ones first. */
export async function mountSmallDisks(files: NodeFiles, disks: readonly SmallDisk[]): Promise<void> {
  const mounts = disks.map(({ node, path, sizeKB }) => ({ folder: diskFolder(files.place(node, path)), sizeKB }));
  const byDepth = mounts.toSorted((a, b) => a.folder.split(sep).length - b.folder.split(sep).length);
  for (const { folder, sizeKB } of byDepth) await mountSmallDisk(folder, sizeKB);
}

function diskFolder({ base, pattern }: FilePlace): string {
  return join(base, pattern);
}
