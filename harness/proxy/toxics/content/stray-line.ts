// Puts a line that nobody sent between two frames: before the frame that is named, or at the next boundary.

import type { DataItem } from '../../stream/item.ts';
import { TRIGGER_FIELDS } from '../base/trigger-fields.ts';
import { triggerMode } from '../aim/trigger.ts';
import { contentStage, framesOnly, fireAt, once } from './content.ts';
import type { Fields } from '../base/fields.ts';
import type { OwnToxic } from '../base/toxic.ts';

const FIELDS = { line: { kind: 'string' }, ...TRIGGER_FIELDS } as const satisfies Fields;

export const strayLine: OwnToxic<typeof FIELDS> = {
  type: 'stray_line',
  origin: 'tornwire',
  fields: FIELDS,
  check: (attributes, framing) =>
    attributes.line === undefined
      ? 'stray_line needs line'
      : triggerMode(attributes) === 'frames'
        ? framesOnly(attributes, framing)
        : undefined,
  timesDefault: once,
  stage(context) {
    const untriggered = triggerMode(context.toxic.attributes) === 'all';
    const line = Buffer.from(`${context.toxic.attributes.line}\n`);

    function inject(before: DataItem | undefined): void {
      if (!context.connection.canReach(context.direction)) return;
      const offset = before?.offset ?? context.since.offset;
      const hit = before === undefined ? context.fire({ byteOffset: offset }) : fireAt(context, before);
      if (hit === undefined) return;
      const place = { offset, chunk: before?.chunk ?? 0, atMs: performance.now(), frame: undefined, offsetInFrame: 0 };
      context.emit({ kind: 'data', data: line, ...place, first: true, last: true });
      context.report(hit);
    }

    const stage = contentStage(context, {
      hit(item) {
        if (item.first) inject(item);
        context.emit(item);
      },
      rangeLength: 1,
    });
    if (untriggered && context.since.atBoundary && context.concerned() && context.armed()) inject(undefined);
    return stage;
  },
};
