// A request that never arrives, because the proxy answers it: with a status, an error, a message, a close frame or events.
// What a server, a gateway or a model's API says under load is tried so without one.

import { triggerMode } from '../aim/trigger.ts';
import { contentStage, framesOnly, HELD_BYTES_MAX, once } from '../content/content.ts';
import { TRIGGER_FIELDS } from '../base/trigger-fields.ts';
import type { Fields } from '../base/fields.ts';
import type { OwnToxic } from '../base/toxic.ts';
import type { DataItem } from '../../stream/item.ts';
import { readAnswer } from './answer.ts';
import { MessageAnswerer } from './messages.ts';
import { RequestAnswerer } from './requests.ts';
import { puttingInEvents } from './events.ts';

const FIELDS = { answer: { kind: 'string' }, ...TRIGGER_FIELDS } as const satisfies Fields;

export const respond: OwnToxic<typeof FIELDS> = {
  type: 'respond',
  origin: 'tornwire',
  fields: FIELDS,
  check(attributes, framing) {
    const answer = readAnswer(attributes.answer);
    if (typeof answer === 'string') return answer;
    if (triggerMode(attributes) === 'bytes' || framing === 'raw') return framesOnly(attributes, framing);
    const onHttp = framing === 'http' || framing === 'websocket';
    if (('status' in answer || 'events' in answer) && !onHttp) return 'lines have no status and no events: give a message or an error';
    if ('close' in answer && framing !== 'websocket') return 'only a WebSocket has close frames';
    return 'message' in answer && framing === 'http' ? 'HTTP has no messages: give a status' : undefined;
  },
  timesDefault: once,
  readsContent: true,
  stage(context) {
    const answer = readAnswer(context.toxic.attributes.answer);
    if (typeof answer === 'string') throw new Error(`an answer that was not checked: ${answer}`);
    if ('events' in answer && context.direction === 'downstream') return puttingInEvents(context, answer);
    const requests = context.direction === 'upstream' ? new RequestAnswerer(context, answer) : undefined;
    const messages = new MessageAnswerer(context, answer);
    const take = (item: DataItem, picked: boolean) => {
      if (requests?.takes(item, picked) !== true) messages.take(item, picked);
    };
    return contentStage(context, {
      hit: (item) => take(item, true),
      pass: (item) => take(item, false),
      flush() {
        requests?.flush();
        messages.flush();
      },
      stop() {
        requests?.stop();
        messages.stop();
      },
      heldBytes: () => messages.heldBytes + (requests?.heldBytes() ?? 0),
      holdBytesMax: HELD_BYTES_MAX * 2,
    });
  },
};
