// Messages of a client, on any transport.
import { NotProved } from '../../base/broken.ts';
import type { Call } from '../../base/pack.ts';

const PROTOCOL_VERSION = '2025-06-18';

/** Makes long answers of any server: an answer bears the id of its request. */
export const LONG_ID = 'x'.repeat(8_000);

/** Two, three and four bytes in UTF-8: it comes back in the id of the answer, so nothing of the server's own is needed. */
export const FOREIGN = 'é€𝄞-ключ-鍵';

export type Id = string | number;

export interface Message {
  id?: Id;
  method: string;
  params?: Readonly<Record<string, unknown>>;
}

export const initialize = (id: Id, protocolVersion = PROTOCOL_VERSION): Message & { id: Id } => ({
  id,
  method: 'initialize',
  params: { protocolVersion, capabilities: {}, clientInfo: { name: 'tornwire', version: '1' } },
});

export function callOf(call: Call | undefined, id: Id): Message & { id: Id } {
  return { id, method: 'tools/call', params: { name: call?.name, arguments: call?.args } };
}

/** Nothing can be done beside a call that is over. */
export function tooQuick(call: Call | undefined): NotProved {
  return new NotProved(`the call of ${call?.name} was answered at once: name a slower one with --slow`);
}
