// Names that become a part of a path: a defect, a run, a socket file, the folder of a case. A name from outside is checked
// where it comes in, before any folder is made. Free text is turned into a name that cannot lead to another folder.
import { z } from 'zod';

const PART = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/;
const LENGTH_MAX = 120;

export const PATH_PART_RULE = 'use at most 100 letters, digits, dots, dashes and underscores, and no dot or dash at the start';

export function isPathPart(name: string): boolean {
  return PART.test(name);
}

export const pathPartSchema = z.string().refine(isPathPart, `it becomes a part of a path: ${PATH_PART_RULE}`);

/** Makes one folder or file name of a text that people chose. It never leads to another folder. Different texts may share a name. */
export function pathPartOf(text: string): string {
  const part = text.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(/^\.+/, '');
  return part.slice(0, LENGTH_MAX) || 'unnamed';
}
