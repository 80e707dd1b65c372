// What the API tells about frames.

import type { FrameType } from './frame.ts';

export type FrameEvent =
  | {
      event: 'frame';
      /** Counts from 1, per direction. */
      index: number;
      type: FrameType;
      /** Stream offset of its first byte. */
      offset: number;
      /** Bytes including the header. */
      length: number | undefined;
      /** The next three on a WebSocket only. */
      opcode?: number;
      fin?: boolean | undefined;
      compressed?: boolean | undefined;
      /** Its content, where the proxy captures and the frame is short. */
      payload?: string;
    }
  /**
   * `line`: of a framing that judges lines, the beginning of the line that is wrong. `wrong`: of a WebSocket text that is no UTF-8,
   * the first bytes that are none, at most 4 in hexadecimal, and how many bytes of that text stand before them.
   */
  | { event: 'frame-error'; index: number; offset: number; reason: string; line?: string; wrong?: { bytes: string; at: number } };
