// One firing of a split, over all pieces that its target comes in. It is a hit only when the reader got a part by itself.
// If the parts come to one slice, or the peer has gone, nothing has changed.

import type { DataItem, SlicePlan } from '../../stream/item.ts';
import type { Pacing } from './pacing.ts';
import type { StageContext } from '../base/toxic.ts';
import type { Hit } from '../../wire/wire-types.ts';

type Outcome = Parameters<SlicePlan['report']>[0];

const RANK = { paced: 0, gated: 1, boundary: 2 } as const;

export class Parting {
  readonly #context: StageContext<object>;
  readonly #hit: Hit;
  #parted = false;
  #waiting = 0;
  #closed = false;
  #done = false;

  constructor(context: StageContext<object>, hit: Hit) {
    this.#context = context;
    this.#hit = hit;
  }

  /** How a piece is to be written. `lastOfAll`: the firing is told when this piece has been. */
  plan(ends: number[], pacing: Pacing, lastOfAll: boolean): SlicePlan {
    this.#waiting += 1;
    if (lastOfAll) this.#closed = true;
    return { ...pacing, ends, report: (outcome) => this.#written(outcome, ends.length) };
  }

  /** No further piece will come. */
  close(): void {
    this.#closed = true;
    this.#settle();
  }

  #written({ fidelity, boundaries, vouched, error }: Outcome, slices: number): void {
    const hit = this.#hit;
    hit.fidelity = hit.fidelity === undefined || RANK[fidelity] < RANK[hit.fidelity] ? fidelity : hit.fidelity;
    hit.boundaries = (hit.boundaries ?? 0) + boundaries;
    hit.vouched = (hit.vouched ?? 0) + vouched;
    if (error !== undefined) hit.error = error;
    if (slices > 1) this.#parted ||= fidelity === 'paced' ? boundaries > 1 : vouched > 0;
    this.#waiting -= 1;
    this.#settle();
  }

  #settle(): void {
    if (this.#done || !this.#closed || this.#waiting > 0) return;
    this.#done = true;
    const { connection, direction } = this.#context;
    if (this.#parted) this.#context.report(this.#hit, { bytesForwarded: connection.bytesForwarded(direction) });
    else this.#context.retract(this.#hit);
  }
}

/** The place of a firing that begins with this piece, `shift` bytes into it. */
export function placeIn(
  item: DataItem,
  shift = 0,
): { byteOffset: number; frameIndex: number | undefined; offsetInFrame: number | undefined } {
  const offsetInFrame = item.frame === undefined ? undefined : item.offsetInFrame + shift;
  return { byteOffset: item.offset + shift, frameIndex: item.frame?.index, offsetInFrame };
}
