// The worker's end of the channel to the process that counts. The worker takes it at once and hides it from the user's
// code: a program that finds `process.send` believes that its own supervisor started it.
import type { Answer, Ask, Order, Report } from './messages.ts';

export interface Channel {
  report(report: Report): void;
  readonly closed: boolean;
  close(): void;
}

export interface ChannelUser {
  order(id: number, ask: Ask): Promise<void>;
  interrupt(): void;
  /** Everything is done, or the process that counts has gone. */
  close(): Promise<void>;
}

export function openChannel(user: ChannelUser): Channel {
  const send = process.send?.bind(process);
  const disconnect = process.disconnect?.bind(process);
  if (!send || !disconnect) throw new Error('this program is started by tornwire itself');
  delete (process as Partial<NodeJS.Process>).send;
  let closed = false;
  let playing: Promise<void> = Promise.resolve();

  const report = (message: Report): void => {
    // Of a reader that has gone there is nothing to say: the end of the channel is told by itself.
    if (!closed) send(message, undefined, undefined, () => undefined);
  };
  process.on('message', (order: Order) => {
    if ('order' in order) {
      if (order.order === 'interrupt') user.interrupt();
      else void user.close();
      return;
    }
    playing = user
      .order(order.id, order.ask)
      .catch((error: Error) => report({ id: order.id, answer: { to: 'failed', why: error.message } satisfies Answer }));
  });
  process.on('disconnect', () => {
    if (closed) return;
    closed = true;
    user.interrupt();
    void playing.finally(() => user.close());
  });
  return {
    report,
    get closed() {
      return closed;
    },
    close() {
      closed = true;
      if (process.connected) disconnect();
    },
  };
}
