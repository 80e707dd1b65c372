// The names of links and steps in the API of a fault server.

/** A name that may stand in a path and in a comma-separated list; no two names share one. */
export function apiName(name: string): string {
  return name.replace(/[^A-Za-z0-9._-]/gu, (char) => `~${char.codePointAt(0)?.toString(16)}~`);
}

/** The name that `apiName` was given. */
export function nameOfApi(name: string): string {
  return name.replace(/~([0-9a-f]+)~/g, (_whole, code: string) => String.fromCodePoint(Number.parseInt(code, 16)));
}
