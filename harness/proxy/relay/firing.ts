// Which connections a toxic affects, how often it may fire, and what it has done. Nothing that is armed or passes elsewhere
// changes these answers.

import { chance } from '../stream/chance.ts';
import type { EventBody, Hit } from '../wire/wire-types.ts';
import type { Direction } from '../stream/item.ts';
import type { ArmedToxic, HitPlace, StageContext } from '../toxics/base/toxic.ts';
import type { Connection } from './connection.ts';
import type { Pipe } from './pipe.ts';
import type { Around } from './surroundings.ts';

export interface FiringSettings {
  readonly proxy: string;
  readonly seed: () => string;
  readonly framed: () => boolean;
  readonly publish: (body: EventBody) => void;
}

/** Hits that a toxic remembers; the events have all of them. */
const HITS_MAX = 1000;
/** Hits that are told with the bytes around them. */
const AROUND_HITS_MAX = 100;

export class Firing {
  readonly #settings: FiringSettings;

  constructor(settings: FiringSettings) {
    this.#settings = settings;
  }

  /** The same answer however often it is asked. */
  affects(toxic: ArmedToxic, ordinal: number): boolean {
    const { connection, nth } = toxic.attributes;
    if (connection !== undefined && connection !== ordinal) return false;
    if (nth !== undefined && toxic.armedAfter + nth !== ordinal) return false;
    if (isAtAccept(toxic) && !mayFire(toxic)) return false;
    return this.isChosen(toxic, ordinal);
  }

  /** Whether toxicity lets it act on this connection; 0 stands for the listener. */
  isChosen(toxic: ArmedToxic, ordinal: number): boolean {
    return chance(this.#settings.seed(), this.#settings.proxy, toxic.name, ordinal) < toxic.toxicity;
  }

  begin(toxic: ArmedToxic, at: Omit<Hit, 'proxy' | 'toxic' | 'type'>): Hit {
    toxic.claimed += 1;
    return { proxy: this.#settings.proxy, toxic: toxic.name, type: toxic.type.type, ...at };
  }

  report(toxic: ArmedToxic, hit: Hit, more?: Partial<Hit>): void {
    Object.assign(hit, more);
    toxic.fired += 1;
    if (toxic.hits.length < HITS_MAX) toxic.hits.push(hit);
    this.#settings.publish({ event: 'toxic-fired', ...hit });
  }

  /** What a stage on this pipe may know and do, but for where it hands on to. */
  context(toxic: ArmedToxic, connection: Connection, pipe: Pipe): Omit<StageContext, 'emit'> {
    const { proxy, seed, framed, publish } = this.#settings;
    const identity = { ...connection.identity, direction: pipe.direction };
    const place: [string, string, number, Direction] = [proxy, toxic.name, connection.ordinal, pipe.direction];
    return {
      toxic,
      direction: pipe.direction,
      framed: framed(),
      since: { offset: pipe.bytesIn, atBoundary: pipe.watch?.insideFrame !== true },
      connection,
      batch: (work) => pipe.batch(work),
      concerned: () => isLabelled(toxic, connection),
      armed: () => mayFire(toxic),
      fire: (at: HitPlace) => {
        if (!mayFire(toxic)) return undefined;
        const around = toxic.claimed < AROUND_HITS_MAX ? pipe.around(at.byteOffset) : undefined;
        const { byteOffset } = at;
        return this.begin(toxic, { ...identity, ...defined(at), byteOffset, bytesForwarded: pipe.bytesOut, ...told(around) });
      },
      report: (hit, more) => this.report(toxic, hit, more),
      retract: () => void (toxic.claimed -= 1),
      event: (body) => publish({ ...identity, toxic: toxic.name, ...body }),
      chance: (...rest) => chance(seed(), ...place, ...rest),
      content: (item) =>
        item.frame === undefined || pipe.watch === undefined ? { known: false, reason: 'no frames' } : pipe.watch.content(item.frame),
    };
  }
}

/** It acts when a connection is accepted, before anybody dials for it. */
export function isAtAccept(toxic: ArmedToxic): boolean {
  return toxic.type.listener === 'accept-close' || toxic.type.listener === 'never-accept';
}

/** The first connection that is refused. */
export function refusesFrom(toxic: ArmedToxic): number {
  const { connection, nth } = toxic.attributes;
  return connection ?? (nth === undefined ? 0 : toxic.armedAfter + nth);
}

export function isLabelled(toxic: ArmedToxic, connection: Connection): boolean {
  const { label } = toxic.attributes;
  return label === undefined || connection.labels?.all.has(label) === true;
}

function mayFire(toxic: ArmedToxic): boolean {
  const { times } = toxic.attributes;
  return toxic.claimed < (times ?? toxic.type.timesDefault?.(toxic.attributes) ?? Number.POSITIVE_INFINITY);
}

function defined(at: HitPlace): Partial<Hit> {
  return {
    ...(at.frameIndex !== undefined && { frameIndex: at.frameIndex }),
    ...(at.offsetInFrame !== undefined && { offsetInFrame: at.offsetInFrame }),
  };
}

function told(around: Around | undefined): Partial<Hit> {
  return around === undefined ? {} : { around: { bytes: around.bytes.toString('base64'), at: around.at } };
}
