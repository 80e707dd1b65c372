// All file faults, in the order of the table "faults by runtime".
import { z } from 'zod';
import { foreignLines, halfLine, invalidUtf8, missingNewline, truncatedTail } from './lines.ts';
import { fullDisk, readOnly } from './place.ts';
import { staleFile, staleSocket } from './predecessor.ts';

export const FILE_FAULTS = {
  'half-line': halfLine,
  'missing-newline': missingNewline,
  'truncated-tail': truncatedTail,
  'invalid-utf8': invalidUtf8,
  'foreign-lines': foreignLines,
  'read-only': readOnly,
  'full-disk': fullDisk,
  'stale-socket': staleSocket,
  'stale-file': staleFile,
} as const;

type Table = typeof FILE_FAULTS;
type Entry = Table[keyof Table];

const [first, ...others] = Object.values(FILE_FAULTS).map(({ schema }): Entry['schema'] => schema) as [Entry['schema']];
export const fileFaultSchema = z.discriminatedUnion('kind', [first, ...others]);

export type FileFault = Readonly<z.infer<Entry['schema']>>;
export type FileFaultKind = FileFault['kind'];
/** Faults in the bytes of a file of lines. */
export type LinesFault = Readonly<z.infer<Extract<Entry, { on: 'lines' }>['schema']>>;
