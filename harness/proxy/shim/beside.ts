// One child whose streams pass the relay. The child is its parent's: the relay stands beside both. It knows the child by a
// hold on its process, and learns how it ended from the kernel, when its parent has asked.

import fs from 'node:fs';
import type { Socket } from 'node:net';
import { constants } from 'node:os';
import type { Descriptors, Kernel } from '../exact/libc.ts';
import { Flow } from './flow.ts';
import { LastWords } from './last-words.ts';
import { STREAMS } from './wire.ts';
import type { Ending, StreamName } from './wire.ts';

/** The two ends of a stream that the stand-in has handed over: what its parent holds the other end of, and the child's. */
export interface StreamEnds {
  parents: number;
  childs: number;
}

/** A link's connection for one stream: the one that was dialled, and the one that arrived at its other end. */
export interface Passage {
  near: Socket;
  far: Socket;
}

export interface BesideSettings {
  pid: number;
  ends: Partial<Record<StreamName, StreamEnds>>;
  passages: Record<StreamName, Passage>;
  kernel: Kernel;
  descriptors: Descriptors;
  ended: (ending: Ending) => void;
  over: () => void;
}

const LOOK_MS = 20;
/** Looks at a process between two looks whether it waits for its parent to ask. */
const ZOMBIE_LOOK_EVERY = 5;
/** What a link holds of a stream between its two sockets, each way. */
const SOCKET_BYTES = 4096;
/** A number with several names bears the first: SIGABRT, and not SIGIOT. */
const SIGNAL_NAMES = new Map(
  Object.entries(constants.signals)
    .toReversed()
    .map(([name, number]) => [number, name as NodeJS.Signals]),
);

export class Beside {
  readonly #settings: BesideSettings;
  readonly #hold: number;
  readonly #flows: Flow[] = [];
  readonly #lastWords = new LastWords();
  #askedBy: Ending['askedBy'];
  #timer: NodeJS.Timeout | undefined;
  #looks = 0;
  #exited = false;

  /** The child lives, and waits to be what it is to be. */
  constructor(settings: BesideSettings) {
    this.#settings = settings;
    this.#hold = settings.descriptors.watch(settings.pid);
    for (const stream of STREAMS) this.#open(stream);
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  /** Gives what could not be delivered any more, in words; undefined when that is nothing. */
  close(): string | undefined {
    const bytes = this.#flows.reduce((sum, flow) => sum + flow.bytesInHand, 0);
    for (const flow of this.#flows) flow.close();
    this.#end();
    return bytes > 0 ? `${bytes} bytes` : undefined;
  }

  #open(stream: StreamName): void {
    const { ends, passages, kernel, descriptors } = this.#settings;
    const { near, far } = passages[stream];
    const isInput = stream === 'stdin';
    const [entry, exit] = isInput ? [near, far] : [far, near];
    const pair = ends[stream];
    if (pair === undefined) {
      for (const socket of [near, far]) socket.resume().end();
      return;
    }
    const fd = (entry as unknown as { _handle: { fd: number } | null })._handle?.fd ?? -1;
    descriptors.sendBytesMax(fd, SOCKET_BYTES);
    const [source, dest] = isInput ? [pair.parents, pair.childs] : [pair.childs, pair.parents];
    const common = { source, dest, entry, exit, kernel };
    this.#flows.push(new Flow({ ...common, ...this.#interest(stream) }));
  }

  #interest(stream: StreamName): Pick<ConstructorParameters<typeof Flow>[0], 'see' | 'sourceEnded' | 'delivered' | 'readerGone'> {
    // A parent closes the streams of a child that it knows to have ended: that is no asking.
    const asked = (by: NonNullable<Ending['askedBy']>) => () => {
      if (!this.#exited && !this.#looksEnded()) this.#askedBy ??= by;
    };
    if (stream === 'stdin') return { delivered: asked('end of stdin') };
    if (stream === 'stdout') return { readerGone: asked('closed output') };
    return {
      readerGone: asked('closed output'),
      see: (chunk) => this.#lastWords.see(chunk),
      sourceEnded: () => this.#lastWords.end(),
    };
  }

  #look(): void {
    this.#looks += 1;
    for (const flow of this.#flows) flow.look();
    if (!this.#exited) this.#lookAtProcess(this.#looks % ZOMBIE_LOOK_EVERY === 0);
    if (this.#exited && this.#flows.every((flow) => flow.isOver)) this.#end();
  }

  #looksEnded(): boolean {
    this.#lookAtProcess(true);
    return this.#exited;
  }

  #lookAtProcess(closely: boolean): void {
    const { pid, descriptors } = this.#settings;
    // In this order: once its parent has asked, the number may be somebody else's.
    const asZombie = closely ? zombieStatus(pid) : undefined;
    const status = descriptors.endOf(this.#hold) ?? asZombie;
    if (status === undefined) return;
    this.#exited = true;
    void this.#tell(status);
  }

  async #tell(status: number): Promise<void> {
    const signal = SIGNAL_NAMES.get(status & 0x7f) ?? null;
    const code = signal === null ? (status >> 8) & 0xff : null;
    const askedBy = this.#askedBy;
    const lastWords = askedBy === undefined && code !== 0 ? { lastWords: await this.#lastWords.lines() } : {};
    this.#settings.ended({ code, signal, ...(askedBy !== undefined && { askedBy }), ...lastWords });
  }

  #end(): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    fs.closeSync(this.#hold);
    this.#settings.over();
  }
}

/** Of a process that has ended while its parent does not ask: the last field of its stat (proc(5)). */
function zombieStatus(pid: number): number | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1').trimEnd();
    return stat.charAt(stat.lastIndexOf(')') + 2) === 'Z' ? Number(stat.slice(stat.lastIndexOf(' ') + 1)) : undefined;
  } catch {
    return undefined;
  }
}
