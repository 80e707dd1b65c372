// Whom a view or a side probe asks. Names are compared whole: `room` is neither in `classroom` nor in `room-10`.

/**
 * By the node that it names in a field; without one by a word of its name: letters, digits, dashes and underscores
 * up to anything else, as in `room answers`, `/desktop`, `chat-agent at the registry`.
 */
export function asks(asker: { name: string; node?: string | undefined }, node: string): boolean {
  if (asker.node !== undefined) return asker.node === node;
  return asker.name.split(/[^\p{L}\p{N}_-]+/u).includes(node);
}
