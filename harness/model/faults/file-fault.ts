// What goes wrong with the files of one node, as plain JSON. A file is named by its node and a path
// that begins with a placeholder, because the folder of a run is known only while it runs:
//
//   {state}/...   below the node's state folder        {tmp}/...   below its TMPDIR
//   {listen.NAME.path}                                 the socket file of its own listener on a Unix socket
//
// `*`, `**`, `?` and `[a-z]` match names that nobody knows beforehand. What matches nothing was not hit: the run is vacuous.

import { z } from 'zod';

export type FileFault =
  // the content of a file of lines
  /**
   * A line is there by half (or its first `keepBytes`), without its end. `line` is written so by the harness, as a writer
   * would; without it the file's last line loses its end. The rest comes when the step is lifted, unless it `stays` lost.
   */
  | { kind: 'half-line'; line?: string; keepBytes?: number; stays?: boolean }
  /** The same with a whole line that lacks only its newline: what is written next is glued to it. */
  | { kind: 'missing-newline'; line?: string; stays?: boolean }
  /** The last bytes are gone for good, as after a power cut. */
  | { kind: 'truncated-tail'; bytes: number }
  /** A byte in the middle of `line`, which is appended, or of the file's last line, is no UTF-8 (0xFF). */
  | { kind: 'invalid-utf8'; line?: string }
  /** Another writer's whole lines at the end, or `inside` the last line: between its two halves. */
  | { kind: 'foreign-lines'; lines: readonly string[]; inside?: boolean }
  // where files are
  /** Nothing can be created, removed or renamed in a folder, or changed in a file; `deep`: nor in anything below. Until lifted. */
  | { kind: 'read-only'; deep?: boolean }
  /**
   * The folder is a small disk of its own from the start of the run, and full while the step is in force.
   * `freeKB` is what is left on it then, in whole pages.
   */
  | { kind: 'full-disk'; sizeKB?: number; freeKB?: number }
  // what a predecessor left behind
  /** A socket file that nobody listens on. */
  | { kind: 'stale-socket' }
  /** A lock or pid file; `{dead-pid}` in its content is the number of no process. */
  | { kind: 'stale-file'; content: string };

export type FileFaultKind = FileFault['kind'];

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
}

/** What one file was before and after: its bytes; for a full disk, the bytes that were free on it. */
export interface FileHit {
  node: string;
  path: string;
  bytesBefore: number;
  bytesAfter: number;
}

const fileFault = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('half-line'),
    line: z.string().optional(),
    keepBytes: z.int().min(1).optional(),
    stays: z.boolean().optional(),
  }),
  z.strictObject({ kind: z.literal('missing-newline'), line: z.string().optional(), stays: z.boolean().optional() }),
  z.strictObject({ kind: z.literal('truncated-tail'), bytes: z.int().min(1) }),
  z.strictObject({ kind: z.literal('invalid-utf8'), line: z.string().optional() }),
  z.strictObject({ kind: z.literal('foreign-lines'), lines: z.array(z.string()).min(1), inside: z.boolean().optional() }),
  z.strictObject({ kind: z.literal('read-only'), deep: z.boolean().optional() }),
  z.strictObject({ kind: z.literal('full-disk'), sizeKB: z.int().min(64).optional(), freeKB: z.int().min(0).optional() }),
  z.strictObject({ kind: z.literal('stale-socket') }),
  z.strictObject({ kind: z.literal('stale-file'), content: z.string() }),
]);

export const fileStepSchema = z.strictObject({
  id: z.string(),
  on: z.literal('file'),
  node: z.string(),
  path: z.string(),
  fault: fileFault,
  armAt: z.union([z.literal('start'), z.strictObject({ mark: z.string() })]),
  whenLines: z.int().min(0).optional(),
  match: z.int().min(1).optional(),
  mustFire: z.int().min(0),
});
