// One HTTP request up to the head of its answer. What follows is a body of known length for some, and a stream for others.
import type { Agent, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { lost } from './lost.ts';
import type { Bound } from './target.ts';

// Not by import: an ES module that imports node:http loads the parts of undici that it hands on, 30 ms of processor time at each start.
const { request } = process.getBuiltinModule('node:http');

export interface Requested {
  /** As errors call it. */
  what: string;
  method: string;
  path: string;
  headers: OutgoingHttpHeaders;
  body: Buffer | undefined;
  /** A connection of its own, when undefined. */
  agent: Agent | undefined;
  signal: AbortSignal;
}

/** @throws the error of the connection where nobody was reached, IndeterminateError where it ended before the head had come. */
export function openResponse(bound: Bound, { what, method, path, headers, body, agent, signal }: Requested): Promise<IncomingMessage> {
  const address = bound.address();
  const to = address.transport === 'unix' ? { socketPath: address.path } : { host: address.host, port: address.port };
  return new Promise((resolve, reject) => {
    const asked = request({ ...to, method, path, headers, agent: agent ?? false, signal }, resolve);
    asked.once('error', (error) => reject(lost(error, what)));
    // What breaks after the head shows in the body.
    asked.on('error', () => undefined);
    asked.end(body);
  });
}
