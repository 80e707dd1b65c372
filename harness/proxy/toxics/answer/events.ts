// Server-sent events that nobody sent, in the middle of a stream: a model's API says so that it is overloaded after it has begun.

import { contentStage, fireAt } from '../content/content.ts';
import type { ContentContext } from '../content/content.ts';
import type { DataItem } from '../../stream/item.ts';
import type { ToxicStage } from '../base/toxic.ts';
import type { GivenAnswer } from './answer.ts';
import { chunk, eventText, LAST_CHUNK } from './bytes.ts';

type Events = Extract<GivenAnswer, { events: unknown }>;

/** Before a chunk of a response. With `ends` the response ends behind them, and the connection too: its server knows nothing of it. */
export function puttingInEvents(context: ContentContext, { events, ends }: Events): ToxicStage {
  let over = false;

  function putIn(before: DataItem): void {
    const hit = fireAt(context, before);
    if (hit === undefined) return;
    const data = Buffer.from(`${chunk(eventText(events))}${ends ? LAST_CHUNK : ''}`);
    const { slices: _own, ...place } = before;
    context.emit({ ...place, data, frame: undefined, offsetInFrame: 0, first: true, last: true });
    context.report(hit);
    over = ends;
    if (ends) context.emit({ kind: 'act', when: 'flushed', act: async () => void (await context.connection.endBoth('fin')) });
  }

  return contentStage(context, {
    hit(item) {
      if (!over && item.first && item.frame?.type === 'body-chunk') putIn(item);
      if (!over) context.emit(item);
    },
    pass(item) {
      if (!over) context.emit(item);
    },
  });
}
