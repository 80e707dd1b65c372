// The end of one direction: writes items to the destination in their order. Plain bytes go straight to the socket. Slices
// and acts take time, so what comes behind them waits here.

import type { Socket } from 'node:net';
import { writeSlices } from '../exact/exact.ts';
import { weightOf } from '../stream/item.ts';
import type { DataItem, Item, SlicePlan } from '../stream/item.ts';

/** The pauses between the slices, which are asked for and no sign of a reader that does not read. */
function pausesMs({ ends, delayUs }: SlicePlan): number {
  return 'length' in ends ? (ends.length * delayUs) / 1000 : 0;
}

/** Slices to a reader that does not read are given up; the rest then goes out unsliced. */
const SLICES_DEADLINE_MS = 10_000;

export class Sink {
  /** Bytes handed to the destination. */
  bytesOut = 0;
  readonly #dest: Socket;
  readonly #onEnd: (how: 'fin' | 'closed') => void;
  /** Told after each write that has left this process, and when a wait here is over. */
  readonly #onProgress: () => void;
  readonly #written: () => void;
  #queue: Item[] = [];
  #busy = false;
  #ended = false;
  #flushWaits: (() => void)[] = [];

  constructor(dest: Socket, onEnd: (how: 'fin' | 'closed') => void, onProgress: () => void) {
    this.#dest = dest;
    this.#onEnd = onEnd;
    this.#onProgress = onProgress;
    this.#written = () => this.#writeDone();
    dest.once('close', () => this.#wakeFlushWaits());
  }

  /** Nothing waits here, so bytes may be written past it. */
  get isIdle(): boolean {
    return !this.#busy && this.#queue.length === 0;
  }

  get heldBytes(): number {
    return this.#queue.reduce((sum, item) => sum + weightOf(item), 0);
  }

  /** Straight to the socket, for the path without stages; only while idle. */
  write(data: Buffer): void {
    this.bytesOut += data.length;
    this.#dest.write(data, this.#written);
  }

  /** Resolves at once where the kernel takes it all, so that what follows happens in the same turn. */
  async writeLast(data: Buffer): Promise<void> {
    if (this.#dest.destroyed || this.#ended) return;
    if (data.length > 0) this.write(data);
    if (this.#dest.writableLength > 0) await this.#flushed();
  }

  take(item: Item): void {
    if (item.kind === 'act' && item.when === 'now') {
      this.#queue = [];
      void this.#run(item.act);
    } else if (this.isIdle) {
      this.#perform(item);
    } else {
      this.#queue.push(item);
    }
  }

  /** Forgets what waits: the connection is being ended. */
  clear(): void {
    this.#queue = [];
  }

  #perform(item: Item): void {
    switch (item.kind) {
      case 'data':
        if (this.#dest.destroyed || this.#ended || item.data.length === 0) return;
        if (item.slices === undefined) this.write(item.data);
        else void this.#busyWhile(() => this.#writeSliced(item));
        return;
      case 'end':
        if (item.closed) void this.#busyWhile(() => this.#closeDest());
        else this.#end();
        return;
      case 'act':
        void this.#busyWhile(async () => {
          await this.#flushed();
          await item.act();
        });
        return;
      default:
        return item satisfies never;
    }
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#onEnd('fin');
    if (!this.#dest.destroyed) this.#dest.end();
  }

  /** What has been written stays readable for the peer; what it writes from now on finds nobody. */
  async #closeDest(): Promise<void> {
    await this.#flushed();
    this.#ended = true;
    this.#onEnd('closed');
    this.#dest.destroy();
  }

  async #run(act: () => void | Promise<void>): Promise<void> {
    await act();
  }

  async #busyWhile(work: () => Promise<void>): Promise<void> {
    this.#busy = true;
    try {
      await work();
    } finally {
      this.#busy = false;
      this.#drainQueue();
    }
  }

  #drainQueue(): void {
    const waiting = this.#queue;
    this.#queue = [];
    this.#dest.cork();
    for (let at = 0; at < waiting.length; at += 1) {
      this.#perform(waiting[at]!);
      if (!this.#busy) continue;
      this.#queue = [...waiting.slice(at + 1), ...this.#queue];
      break;
    }
    this.#dest.uncork();
    this.#onProgress();
  }

  async #writeSliced(item: DataItem): Promise<void> {
    const plan = item.slices!;
    await this.#flushed();
    if (this.#dest.destroyed) {
      plan.report({ fidelity: 'paced', boundaries: 0, vouched: 0, error: 'peer-closed' });
      return;
    }
    const report = await writeSlices(this.#dest, item.data, plan.ends, {
      want: plan.want,
      apart: plan.apart,
      delayUs: plan.delayUs,
      deadlineMs: SLICES_DEADLINE_MS + pausesMs(plan),
      ...(plan.lifted && { signal: plan.lifted }),
    });
    this.bytesOut += report.bytes;
    const { fidelity, boundaries, vouched } = report;
    plan.report({ fidelity, boundaries, vouched, ...(report.ended !== undefined && { error: report.error ?? report.ended }) });
    if (report.bytes < item.data.length && !this.#dest.destroyed) this.write(item.data.subarray(report.bytes));
  }

  /** Resolves when all that was written is in the kernel, or the socket is closed. */
  async #flushed(): Promise<void> {
    while (!this.#dest.destroyed && this.#dest.writableLength > 0) {
      await new Promise<void>((resolve) => this.#flushWaits.push(resolve));
    }
  }

  #writeDone(): void {
    if (this.#flushWaits.length > 0 && this.#dest.writableLength === 0) this.#wakeFlushWaits();
    this.#onProgress();
  }

  #wakeFlushWaits(): void {
    const waits = this.#flushWaits;
    this.#flushWaits = [];
    for (const wake of waits) wake();
  }
}
