// The path of a file step begins with a placeholder, because the folder of a run is known only while it runs; what may
// stand there is said in file-fault.ts. Planning checks the path, a runtime finds the place.

/** The folder or the socket file that a path begins at. */
export type FileBase = { at: 'state' } | { at: 'tmp' } | { at: 'listener'; listener: string };

export interface FilePath {
  base: FileBase;
  /** What follows the placeholder: a path or a pattern below the base; empty for the base itself. */
  pattern: string;
}

/** Undefined when the path does not begin with one of the placeholders. */
export function parseFilePath(path: string): FilePath | undefined {
  const [, placeholder = '', pattern = ''] = /^\{([^{}]+)\}(?:\/(.*))?$/.exec(path) ?? [];
  if (placeholder === 'state' || placeholder === 'tmp') return { base: { at: placeholder }, pattern };
  const [, listener] = /^listen\.(.+)\.path$/.exec(placeholder) ?? [];
  return listener === undefined ? undefined : { base: { at: 'listener', listener }, pattern };
}

/** Whether it may match several names, or none. */
export function hasWildcard(pattern: string): boolean {
  return /[*?[\]{}]/.test(pattern);
}
