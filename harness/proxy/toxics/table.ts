// Every toxic there is. A new toxic is a file and a line here.

import { acceptClose, neverAccept, refuse } from './loss/accepting.ts';
import { bandwidth } from './timing/bandwidth.ts';
import { coalesce } from './shape/coalesce.ts';
import { corrupt } from './content/corrupt.ts';
import { cut } from './loss/cut.ts';
import { drop } from './content/drop.ts';
import { duplicate } from './content/duplicate.ts';
import { goneAfterSending } from './loss/gone-after-sending.ts';
import { halfOpen } from './loss/half-open.ts';
import { hold } from './content/hold.ts';
import { latency } from './timing/latency.ts';
import { limitData } from './loss/limit-data.ts';
import { noop } from './noop.ts';
import { reorder } from './content/reorder.ts';
import { respond } from './answer/respond.ts';
import { resetPeer } from './loss/reset-peer.ts';
import { slicer } from './shape/slicer.ts';
import { slowClose } from './timing/slow-close.ts';
import { slowReader } from './timing/slow-reader.ts';
import { split } from './shape/split.ts';
import { splitUtf8 } from './shape/split-utf8.ts';
import { stall } from './timing/stall.ts';
import { strayLine } from './content/stray-line.ts';
import { timeout } from './loss/timeout.ts';
import { truncate } from './content/truncate.ts';
import { truncateMessage } from './content/truncate-message.ts';
import type { ToxicType } from './base/toxic.ts';

const TYPES: readonly ToxicType[] = [
  // Toxiproxy's
  latency,
  bandwidth,
  slowClose,
  timeout,
  resetPeer,
  slicer,
  limitData,
  noop,
  // timing and shape
  stall,
  split,
  splitUtf8,
  coalesce,
  slowReader,
  // loss of the connection
  cut,
  goneAfterSending,
  refuse,
  acceptClose,
  neverAccept,
  halfOpen,
  // content
  drop,
  duplicate,
  hold,
  reorder,
  truncate,
  truncateMessage,
  respond,
  corrupt,
  strayLine,
];

export const TOXIC_TYPES: ReadonlyMap<string, ToxicType> = new Map(TYPES.map((type) => [type.type, type]));
