// The files of nodes as faults reach them: by a path that begins with a placeholder, in the run's own folder. That folder
// is the same one in every runtime.
import { join, sep } from 'node:path';
import type { Address } from '../../model/system/link.ts';
import { aboutFileFault, type FileFault } from '../../model/faults/file-fault.ts';
import { parseFilePath, type FileBase } from '../../model/faults/file-path.ts';
import { freeze, freezingUnavailable } from '../linux/frozen.ts';
import { stateFolder } from './node-home.ts';
import { baseFolder } from './run-folder.ts';
import type { FilePlace, NodeFiles, SmallDisk } from '../runtime.ts';
import { emptySmallDisk, fillSmallDisk, freeBytesOn, mountSmallDisk, smallDiskUnavailable } from '../linux/small-disk.ts';

/** What this machine lacks for a fault of files, with the cure. */
export async function fileFaultLacks(fault: FileFault): Promise<string | undefined> {
  const { needs } = aboutFileFault(fault);
  switch (needs) {
    case 'nothing':
      return undefined;
    case 'small disk':
      return smallDiskUnavailable();
    case 'freezing':
      return await freezingUnavailable(baseFolder());
    default:
      return needs satisfies never;
  }
}

export function nodeFiles(folder: string, listen: (node: string, listener: string) => Address): NodeFiles {
  const place = (node: string, path: string): FilePlace => {
    const parsed = parseFilePath(path);
    const base = parsed && baseOf(node, parsed.base);
    if (base === undefined) throw new Error(`path '${path}' of node '${node}' begins at no place of its own`);
    return { base, pattern: parsed?.pattern ?? '' };
  };
  const baseOf = (node: string, base: FileBase): string | undefined => {
    if (base.at === 'state') return stateFolder(folder, node);
    if (base.at === 'tmp') return join(folder, 'tmp', node);
    const address = listen(node, base.listener);
    return address.transport === 'unix' ? address.path : undefined;
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
