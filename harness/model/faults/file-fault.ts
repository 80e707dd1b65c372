// What goes wrong with the files of one node, as plain JSON: each family of faults is a file in file/. A file is named by its node and a path
// that begins with a placeholder, because the folder of a run is known only while it runs:
//
//   {state}/...   below the node's state folder        {tmp}/...   below its TMPDIR
//   {listen.NAME.path}                                 the socket file of its own listener on a Unix socket
//
// `*`, `**`, `?` and `[a-z]` match names that nobody knows beforehand. What matches nothing was not hit: the run is vacuous.

import { z } from 'zod';
import { armingSchema } from './when/arming.ts';
import { FILE_FAULTS, type FileFault, type FileFaultKind, fileFaultSchema, type LinesFault } from './file/table.ts';

export type { FileFault, LinesFault };

/** The size of the small disk when a step does not say. */
export const SMALL_DISK_KB = 1_024;

export interface FileStep {
  id: string;
  on: 'file';
  node: string;
  /** See above. A folder for `read-only` and `full-disk`; no pattern where something is made. */
  path: string;
  fault: FileFault;
  /** `start`: before any node runs. Otherwise when the script passes this mark. */
  armAt: 'start' | { mark: string };
  /**
   * Waits, once armed, for a match that has at least so many whole lines; 0: that is there. Acts once on each.
   * Without it the step acts at the moment of arming, on what matches then.
   */
  whenLines?: number;
  /** Only the k-th match in the order in which the files were made, from 1; every match when absent. */
  match?: number;
  /** On so many files it must have acted when the script ends, or the run proves nothing. */
  mustFire: number;
  /** More firings than this are a finding of the oracle `bounds`; any number is right when absent. */
  firesAtMost?: number;
}

/** What one file was before and after: its bytes; for a full disk, the bytes that were free on it. */
export interface FileHit {
  node: string;
  path: string;
  bytesBefore: number;
  bytesAfter: number;
}

export const fileStepSchema = z.strictObject({
  id: z.string(),
  on: z.literal('file'),
  node: z.string(),
  path: z.string(),
  fault: fileFaultSchema,
  armAt: armingSchema,
  whenLines: z.int().min(0).optional(),
  match: z.int().min(1).optional(),
  mustFire: z.int().min(0),
  firesAtMost: z.int().min(0).optional(),
});

/** What a fault says of itself: file/entry.ts. */
interface AboutFileFault {
  on: 'lines' | 'place' | 'predecessor';
  isMade: boolean;
  needs: 'nothing' | 'freezing' | 'small disk';
}

/** Each line of the table stands under the kind of its own schema. */
const ABOUT: { readonly [K in FileFaultKind]: AboutFileFault & { schema: z.ZodType<Extract<FileFault, { kind: K }>> } } = FILE_FAULTS;

export function aboutFileFault({ kind }: FileFault): AboutFileFault {
  return ABOUT[kind];
}

export function isOnLines(fault: FileFault): fault is LinesFault {
  return ABOUT[fault.kind].on === 'lines';
}
