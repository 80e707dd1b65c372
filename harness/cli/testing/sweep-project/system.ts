// Two programs: a relay before a store. `bug` is planted in the one that has it.
import { join } from 'node:path';
import { IndeterminateError, type Json, type Node, type Script, type System } from 'tornwire';
import { openJsonLines } from 'tornwire/clients';

const OPENING_WITHIN_MS = 500;

export interface RelayClients {
  /** Asks the relay on a connection of its own. @throws Error with what it refuses */
  ask(request: { op: 'set' | 'get' | 'clear'; key: string; value?: string }): Promise<Json>;
}

export function relayBeforeStore(bug = ''): System<RelayClients> {
  const life = { readyWithinMs: 10_000, stopWithinMs: 5_000, ready: { when: 'log', contains: 'listening' } } as const;
  const node = (name: string, env: Record<string, string>): Node => ({
    ...life,
    name,
    role: name,
    command: ['{node}', join(import.meta.dirname, 'program', `${name}.mjs`)],
    env: { HOST: '{listen.tcp.host}', PORT: '{listen.tcp.port}', ...(bug !== '' && { BUG: bug }), ...env },
    listens: { tcp: { transport: 'tcp', ...(name === 'store' ? { port: 7001 } : { port: 7002, openingWithinMs: OPENING_WITHIN_MS }) } },
    ...(name === 'store' && { bounds: { KEYS_MAX: '1' } }),
  });
  return {
    name: 'a relay before a store',
    topology: {
      nodes: [
        node('store', { FOLDER: '{state}' }),
        node('relay', {
          STORE_HOST: '{relay->store.host}',
          STORE_PORT: '{relay->store.port}',
          OPENING_WITHIN_MS: String(OPENING_WITHIN_MS),
        }),
      ],
      links: [
        { name: 'relay->store', from: 'relay', to: 'store', listener: 'tcp', framing: 'json-lines' },
        { name: 'client->relay', from: 'driver', to: 'relay', listener: 'tcp', framing: 'json-lines' },
      ],
    },
    clients: (script) => ({ ask: (request) => ask(script, request) }),
  };
}

let ids = 0;

async function ask(script: Script, request: Record<string, string>): Promise<Json> {
  const client = await openJsonLines(script, 'client->relay');
  try {
    const id = ++ids;
    const isAnswer = (value: Json): boolean => (value as { id?: number }).id === id;
    const answer = (await client.request(request['op'] ?? '', { ...request, id }, isAnswer, { within: '2s', owed: false })) as {
      error?: string;
      value?: Json;
    };
    if (answer.error === 'the store says nothing') throw new IndeterminateError(answer.error);
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.value ?? null;
  } finally {
    client.close();
  }
}
