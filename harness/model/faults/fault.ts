// What goes wrong, as plain JSON. Link faults act in one direction of a link as the bytes pass; node faults
// (node-fault.ts) on the processes of a node, file faults (file-fault.ts) and clock faults (clock-fault.ts) on what it reads.
// The catalogue and its measurements: docs/explanation/faults.md.
import type { ClockStep } from './clock-fault.ts';
import type { FileStep } from './file-fault.ts';
import type { Json } from '../values/json.ts';
import type { Direction, Stream } from '../system/link.ts';
import type { NodeStep } from './node-fault.ts';

export type { NodeFault, NodeStep } from './node-fault.ts';

/** How a cut ends the connection: the same way at both ends. On a Unix socket `rst` is a close with unread data. */
export type CutHow = 'fin' | 'rst' | 'half-close' | 'blackhole';
/** How slices are kept apart: by the kernel, by watching the reader's queue, or only by time. */
export type Gap = 'auto' | 'boundary' | 'gated' | 'paced';

export type LinkFault =
  // timing
  | { kind: 'latency'; delayMs: number; jitterMs?: number }
  | { kind: 'bandwidth'; rateKBps: number }
  /** Nothing passes from the trigger on, for a time or until lifted. */
  | { kind: 'stall'; forMs?: number }
  | { kind: 'slow-close'; delayMs: number }
  /** Nothing passes and the connection closes after so long; 0 never closes. */
  | { kind: 'timeout'; afterMs: number }
  // shape
  | { kind: 'split'; every?: number; sizes?: readonly number[]; offsets?: readonly number[]; gap?: Gap; delayUs?: number }
  /** Toxiproxy's slicer: sizes around an average, with a delay; boundaries are not vouched for. */
  | { kind: 'slice'; averageSize: number; sizeVariation?: number; delayUs: number }
  | { kind: 'coalesce'; untilBytes?: number; frames?: number; withinMs: number }
  | { kind: 'slow-reader'; rateBps: number }
  // loss of the connection
  | { kind: 'cut'; how: CutHow }
  /** Toxiproxy's limit_data: closes after so many bytes; how the ends see it is not promised. */
  | { kind: 'limit-data'; bytes: number }
  | { kind: 'reset'; afterMs?: number }
  | { kind: 'refuse' }
  | { kind: 'accept-then-close' }
  | { kind: 'never-accept' }
  /** That end's socket is closed (by default the one towards the listening node), the other end learns nothing until the lift. */
  | { kind: 'half-open'; gone?: 'client' | 'upstream' }
  /** The link's address stops answering and its connections close: Toxiproxy's `enabled: false`. */
  | { kind: 'down' }
  // content
  | { kind: 'drop' }
  | { kind: 'duplicate' }
  | { kind: 'hold'; frames?: number }
  | { kind: 'reorder'; window: number }
  | { kind: 'truncate'; toBytes: number }
  | { kind: 'corrupt'; offset: number; mask: number; length?: number }
  // streams of a child
  | { kind: 'stray-line'; line: string }
  | { kind: 'split-utf8' };

export type LinkFaultKind = LinkFault['kind'];

export interface FrameMatch {
  /** `text`, `binary`, `ping`, `line`, `request-head`, ... as the link's frame reader names them. */
  type?: string;
  opcode?: number;
  /** The decoded payload holds this text. */
  contains?: string;
  /** JSON pointer to the value that must be there. */
  json?: Readonly<Record<string, Json>>;
}

/** When a fault acts: counted in connections, frames and bytes, never on the clock. */
export interface Trigger {
  /** On a stdio link, which stream; upstream there is only stdin, downstream it is stdout unless this says stderr. */
  stream?: Stream;
  /** The k-th connection of the link in this run, from 1; every connection when absent. On a stdio link the k-th child. */
  connection?: number;
  /** The k-th connection opened after arming, from 1. */
  nthAfterArming?: number;
  /** The n-th frame, or the n-th that matches, from 1. Without it `atByte` counts from the start of the stream. */
  frame?: { index?: number; matches?: FrameMatch };
  atByte?: number;
  /** Firings in total; one for faults that end or alter something, without end for timing and shape. */
  times?: number;
}

export interface LinkStep {
  id: string;
  on: 'link';
  link: string;
  direction: Direction;
  fault: LinkFault;
  trigger: Trigger;
  /** `start`: armed before any node runs. Otherwise armed when the script passes this mark. */
  armAt: 'start' | { mark: string };
  /** It must have fired so many times when the script ends, or the run proves nothing. */
  mustFire: number;
}

export type Step = LinkStep | NodeStep | FileStep | ClockStep;
