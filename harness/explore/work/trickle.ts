// A client that sends its opening one byte at a time and never comes to its end. Whoever listens must go on serving others, must give it
// up within the bound that the listener declares, and must hold nothing of it once it has gone.
import { connect, type Socket } from 'node:net';
import { z } from 'zod';
import type { Script } from '../../model/scenario.ts';

const trickleSchema = z.strictObject({
  node: z.string(),
  listener: z.string(),
  /** What such a client said in the recordings first, without its end. `x` follows it for ever. */
  opening: z.string(),
  /** ms in which the listener must have ended the connection; it need not when absent. */
  withinMs: z.number().optional(),
});

export const tricklesSchema = z.array(trickleSchema);

export type Trickle = z.infer<typeof trickleSchema>;

/** A byte each so many ms: often enough that no timer for silence takes it for dead. */
const EVERY_MS = 50;
const CONNECTED_WITHIN = '3s';
/** A busy machine may tell late that it has ended. */
const LATE_MS = 1_500;

export interface Trickling {
  /** Waits until the listener has given it up, if it must. */
  isGivenUp(script: Pick<Script, 'until'>): Promise<void>;
  leave(): void;
}

/** Resolves once the connection is there. */
export async function trickleTo(script: Script, { node, listener, opening, withinMs }: Trickle): Promise<Trickling> {
  const who = `a client that sends one byte at a time to '${listener}' of '${node}'`;
  const address = script.direct(node, listener);
  const socket = address.transport === 'tcp' ? connect(address.port, address.host) : connect(address.path);
  const end = endOf(socket);
  script.defer(() => void socket.destroy());
  await script.operation(`${who} connects`, () => end.opened, { within: CONNECTED_WITHIN, client: 'trickle', owed: false });
  const fromMs = performance.now();
  const bytes = Buffer.from(opening, 'utf8');
  let sent = 0;
  const timer = setInterval(() => {
    if (!end.hasCome()) socket.write(bytes.subarray(sent, sent + 1).length > 0 ? bytes.subarray(sent, sent + 1) : 'x');
    sent += 1;
  }, EVERY_MS);
  socket.once('close', () => clearInterval(timer));
  return {
    async isGivenUp({ until }) {
      if (withinMs === undefined) return;
      const leftMs = Math.max(0, withinMs + LATE_MS - (performance.now() - fromMs));
      await until(`${who} is given up within ${withinMs} ms`, () => end.hasCome(), { within: Math.ceil(leftMs) });
    },
    leave: () => void socket.destroy(),
  };
}

/** It reads what comes, or it would never see the end. */
function endOf(socket: Socket): { opened: Promise<void>; hasCome: () => boolean } {
  let come = false;
  const over = (): void => void (come = true);
  const opened = new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  // Nobody may be waiting for it any more.
  opened.catch(() => undefined);
  socket.on('error', over);
  socket.once('end', over);
  socket.once('close', over);
  socket.resume();
  return { opened, hasCome: () => come };
}
