// A request is answered on its way, and never arrives; or events are put between what a server says.
import { z } from 'zod';
import { jsonSchema } from '../../../values/json-schema.ts';
import { linkFault, noWait, sameAtAnySpeed } from '../base/link-fault-type.ts';

const eventSchema = z.strictObject({ event: z.string().optional(), data: z.string(), id: z.string().optional() });

/** One of them, by what the link speaks. */
const answerSchema = z.union([
  /** HTTP: a final status (200 to 599). Content-Length is put in where `headers` do not have it. */
  z.strictObject({ status: z.int().min(200).max(599), headers: z.record(z.string(), z.string()).optional(), body: z.string().optional() }),
  /** WebSocket: a close frame (RFC 6455, section 7.4); the connection ends behind it. */
  z.strictObject({ close: z.int().min(1000).max(4999), reason: z.string().optional() }),
  /** A text message of a WebSocket, or a line without its newline. */
  z.strictObject({ message: z.string() }),
  /** A JSON-RPC 2.0 error with the id of the request, on lines, WebSockets and HTTP. */
  z.strictObject({ error: z.strictObject({ code: z.int(), message: z.string(), data: jsonSchema.optional() }) }),
  /**
   * Server-sent events. Upstream they are the whole answer to an HTTP request; downstream they are put before a chunk of a response,
   * which ends behind them where `ends` is true, and its connection with it.
   */
  z.strictObject({ events: z.array(eventSchema).min(1).readonly(), ends: z.boolean().optional() }),
]);

export type Answer = z.infer<typeof answerSchema>;

export const respond = linkFault({
  schema: z.strictObject({ kind: z.literal('respond'), answer: answerSchema }),
  sample: { kind: 'respond', answer: { error: { code: -32603, message: 'Internal error' } } },
  effect: 'alters',
  delayMs: noWait,
  heldMs: noWait,
  atSpeed: sameAtAnySpeed,
  aim: 'whole frames',
  onStdio: true,
  toxiproxy: { lacks: 'it never adds a byte' },
  whyNot({ answer }, { framing, trigger, direction }) {
    if (trigger.stream === 'stderr') return 'nobody asks anything on stderr';
    const isRequest = direction === 'upstream';
    if (!isRequest && ('status' in answer || (framing === 'http' && !('events' in answer))))
      return 'requests of HTTP go upstream, and this step acts downstream';
    const onHttp = framing === 'http' || framing === 'websocket';
    if (('status' in answer || 'events' in answer) && !onHttp)
      return `a ${framing} link has no ${'status' in answer ? 'status' : 'events'}: give a message or an error`;
    if ('close' in answer && framing !== 'websocket') return `only a WebSocket has close frames, and this link is ${framing}`;
    return 'message' in answer && framing === 'http' ? 'HTTP has no messages: give a status' : undefined;
  },
  toxic: ({ answer }) => ({ type: 'respond', attributes: { answer: JSON.stringify(answer) } }),
  hit: {
    when: 'the answer has gone out to who asked, or the events have been put in',
    notWhen: 'what comes is no request (a notification, the answer to one), or who asked has gone',
  },
});
