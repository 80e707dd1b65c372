// The id of a JSON-RPC 2.0 request: its answer must carry the same one.

/** Undefined where it is no request: a notification, an answer, or no JSON-RPC at all. */
export function idOf(content: Buffer): string | number | null | undefined {
  try {
    const value: unknown = JSON.parse(content.toString());
    if (typeof value !== 'object' || value === null || !('method' in value) || !('id' in value)) return undefined;
    const { id } = value;
    return typeof id === 'string' || typeof id === 'number' || id === null ? id : undefined;
  } catch {
    return undefined;
  }
}
