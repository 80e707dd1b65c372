// The two ends of a connection, and how each of them ended.

export type EndName = 'client' | 'upstream';

/**
 * How one end of a connection ended. Its peer did it: `eof` (end of stream), `hung-up` (closed: it takes nothing any
 * more), `reset`, or `error:<code>`. The proxy did it: `fin`, `rst`, `half-close`, `closed` (handed on from a peer that
 * hung up, or its own doing: disabled, deleted, or a toxic that says no more), `refused` (could not be dialled),
 * `swallowed` (kept open, nothing passes). `open`: not ended yet. `gone`: it had ended before.
 */
export type HowEnded =
  | 'eof'
  | 'hung-up'
  | 'reset'
  | 'fin'
  | 'rst'
  | 'half-close'
  | 'closed'
  | 'refused'
  | 'swallowed'
  | 'open'
  | 'gone'
  | `error:${string}`;
