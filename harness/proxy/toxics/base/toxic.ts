// What a toxic is. Its type says which attributes it takes, and builds one stage for each connection and direction that it
// affects. The armed toxic holds what was asked for and what it has done so far.

import type { AttributesOf, Fields, GoAttributesOf } from './fields.ts';
import type { TriggerAttributes } from './trigger-fields.ts';
import type { FrameContent } from '../../frames/content.ts';
import type { Framing } from '../../frames/frame.ts';
import type { DataItem, Direction, Emit, Item } from '../../stream/item.ts';
import type { Place } from '../../stream/chance.ts';
import type { BothEnds, Hit, StageEvent } from '../../wire/wire-types.ts';

/** Attributes of any toxic: those that pick and aim, which most take, and its own. */
export type Attributes = TriggerAttributes & Readonly<Record<string, unknown>>;

/** A toxic of ours, whose attributes have the types that its fields declare. */
export type OwnToxic<F extends Fields> = ToxicType<AttributesOf<F>> & { readonly origin: 'tornwire'; readonly fields: F };
/** One of Toxiproxy's. */
export type ToxiproxyToxic<F extends Fields> = ToxicType<GoAttributesOf<F>> & { readonly origin: 'toxiproxy'; readonly fields: F };

export interface ToxicType<Given extends object = Attributes> {
  readonly type: string;
  /** Toxiproxy's own are shown exactly as it shows them. */
  readonly origin: 'toxiproxy' | 'tornwire';
  readonly fields: Fields;
  /** What is wrong with these attributes taken together, if anything. */
  check?(attributes: Given, framing: Framing): string | undefined;
  /** Firings in total where `times` is not given; without end when absent. */
  timesDefault?(attributes: Given): number;
  /** Acts on bytes: one stage per affected connection and direction. */
  stage?(context: StageContext<Given>): ToxicStage;
  /** Its stage asks for the content of frames. */
  readonly readsContent?: true;
  /** Acts on the listener, before there are bytes. */
  readonly listener?: 'refuse' | 'accept-close' | 'never-accept';
}

export interface ArmedToxic<Given extends object = Attributes> {
  readonly name: string;
  readonly type: ToxicType;
  /** As given, in its letters. */
  readonly stream: string;
  readonly directions: readonly Direction[];
  toxicity: number;
  attributes: Given;
  /** Connections that the proxy had accepted when this was armed. */
  readonly armedAfter: number;
  /** Firings that have been begun, whether they had an effect yet or not: what `times` counts. */
  claimed: number;
  /** Firings whose effect has been seen. */
  fired: number;
  /** The first ones, up to a bound. */
  readonly hits: Hit[];
}

/** One toxic on one direction of one connection. */
export interface ToxicStage {
  accept(item: Item): void;
  /** The toxic was removed: hand on what is held, in order, and do nothing any more. */
  release(): void;
  /** The toxic's attributes have changed. */
  updated?(): void;
  /** The connection is gone: drop what is held, end timers. */
  stop(): void;
  heldBytes(): number;
  /** How much it may hold before the source is no longer read. */
  readonly holdBytesMax: number;
}

/** What a stage may know and do. */
export interface StageContext<Given extends object = Attributes> {
  readonly toxic: ArmedToxic<Given>;
  readonly direction: Direction;
  readonly framed: boolean;
  /** Where the stream was when the stage was made; `atBoundary`: no frame was open. */
  readonly since: { offset: number; atBoundary: boolean };
  readonly emit: Emit;
  /** What is emitted inside leaves in one write; afterwards the source may be read again. */
  batch(work: () => void): void;
  /** False for a connection whose label is not the toxic's. */
  concerned(): boolean;
  /** May it fire once more? */
  armed(): boolean;
  /** Begins a firing; undefined when it may not fire any more. It is a hit only when it is reported. */
  fire(at: HitPlace): Hit | undefined;
  /** Publishes a firing that has changed what a reader sees; once, when all is known about it. */
  report(hit: Hit, more?: Partial<Hit>): void;
  /** What was begun has changed nothing: it has not fired, and may fire elsewhere. */
  retract(hit: Hit): void;
  event(body: StageEvent): void;
  chance(...place: Place): number;
  /** The whole frame's content, once its last byte has come. */
  content(item: DataItem): FrameContent;
  readonly connection: ConnectionControl;
}

export interface HitPlace {
  byteOffset: number;
  frameIndex?: number | undefined;
  offsetInFrame?: number | undefined;
}

/** What a stage says in place of who was asked. */
export interface Answer {
  bytes: Buffer;
  /** Of HTTP: the request that it answers. It goes out behind the responses to those before. */
  request?: number | undefined;
  /** `end`: both ends of the connection end behind it; `silence`: what the other side sends from then on is forgotten. */
  afterwards: 'go-on' | 'end' | 'silence';
  /** Called once: whether it has been handed on. */
  told: (reached: boolean) => void;
}

/** How a stage acts on the whole connection. */
export interface ConnectionControl {
  /** Reads neither side any more and lets nothing pass in the opposite direction: what a cut begins with. */
  freeze(direction: Direction): void;
  /** Reads the direction's source no more, and what comes the other way is taken and forgotten. */
  quiet(direction: Direction): void;
  /** Hands these bytes to the direction's destination and closes it in the same turn, whether they were read or not; then ends the source. */
  leave(direction: Direction, last: Buffer): Promise<BothEnds>;
  /** Waits until the direction's destination has read everything. */
  untilRead(direction: Direction, deadlineMs: number): Promise<string>;
  /** Ends both sides the same way. */
  endBoth(how: 'fin' | 'rst'): Promise<BothEnds>;
  /** Ends one direction only. */
  halfClose(direction: Direction): Promise<BothEnds>;
  /**
   * From now on nothing passes in either direction, not even an end; `onLost` is told once, when something did not.
   * Sockets stay open until the toxic is removed.
   */
  swallow(toxic: ArmedToxic, onLost?: () => void): void;
  /** The same, with one side closed, of which the other learns nothing. False where that side had been closed before. */
  loseSilently(toxic: ArmedToxic, side: 'client' | 'upstream'): boolean;
  /** Puts in an answer to what came in this direction, between two messages of the other one. */
  answer(direction: Direction, answer: Answer): void;
  /** Closes both sockets as they are. */
  destroy(): void;
  /** Reads the direction's source at this rate; 0 stops reading, undefined lifts it. */
  limitReading(direction: Direction, bytesPerSecond: number | undefined): void;
  bytesForwarded(direction: Direction): number;
  /** Both sockets are closed: there is nothing left to end. */
  readonly isOver: boolean;
  /** Whether what is emitted can still reach the direction's destination. */
  canReach(direction: Direction): boolean;
  /** Bytes that wait unread at the direction's source while it is not read for `limitReading`; undefined where the kernel cannot be asked. */
  bytesLeftUnread(direction: Direction): number | undefined;
}
