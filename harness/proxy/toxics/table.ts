// Every toxic there is. A new one is a file and a line here.

import { acceptClose, neverAccept, refuse } from './accepting.ts';
import { bandwidth } from './bandwidth.ts';
import { coalesce } from './coalesce.ts';
import { corrupt } from './corrupt.ts';
import { cut } from './cut.ts';
import { drop } from './drop.ts';
import { duplicate } from './duplicate.ts';
import { halfOpen } from './half-open.ts';
import { hold } from './hold.ts';
import { latency } from './latency.ts';
import { limitData } from './limit-data.ts';
import { noop } from './noop.ts';
import { reorder } from './reorder.ts';
import { resetPeer } from './reset-peer.ts';
import { slicer } from './slicer.ts';
import { slowClose } from './slow-close.ts';
import { slowReader } from './slow-reader.ts';
import { split } from './split.ts';
import { splitUtf8 } from './split-utf8.ts';
import { stall } from './stall.ts';
import { strayLine } from './stray-line.ts';
import { timeout } from './timeout.ts';
import { truncate } from './truncate.ts';
import type { ToxicType } from './toxic.ts';

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
  corrupt,
  strayLine,
];

export const TOXIC_TYPES: ReadonlyMap<string, ToxicType> = new Map(TYPES.map((type) => [type.type, type]));
