// HTTP requests that are answered here (RFC 9112). The whole request is taken before it is answered, as an ordinary server does;
// only who waits for a 100 (RFC 9110, section 10.1.1) is answered behind the head.

import { readRequestHead } from '../../frames/http-head.ts';
import type { BodyLength, RequestHead } from '../../frames/http-head.ts';
import { fireAt } from '../content/content.ts';
import type { ContentContext } from '../content/content.ts';
import type { DataItem } from '../../stream/item.ts';
import type { Hit } from '../../wire/wire-types.ts';
import type { GivenAnswer } from './answer.ts';
import { httpAnswer } from './bytes.ts';
import { idOf } from './id-of.ts';

interface Taken {
  hit: Hit;
  request: number | undefined;
  kind: RequestHead['kind'];
  /** Who asked wants the connection to end, or it cannot go on as HTTP. */
  ends: boolean;
  body: Buffer[];
}

const WANTS_END = /^[^\r\n]* HTTP\/1\.0\r?\n|\nconnection:[ \t]*([^\r\n]*,[ \t]*)?close\b/i;
const WAITS_FOR_100 = /\nexpect:[ \t]*100-continue/i;

export class RequestAnswerer {
  readonly #context: ContentContext;
  readonly #answer: GivenAnswer;
  #head: DataItem[] = [];
  /** Answered when its body has come. */
  #open: Taken | undefined;
  /** The rest of a request that has been answered before it was there. */
  #late = false;

  constructor(context: ContentContext, answer: GivenAnswer) {
    this.#context = context;
    this.#answer = answer;
  }

  /** False where it is nothing of a request that is answered here. */
  takes(item: DataItem, picked: boolean): boolean {
    const type = item.frame?.type;
    const isBody = type === 'body' || type === 'body-chunk';
    if (this.#open !== undefined && isBody) {
      this.#bodyBytes(this.#open, item);
      return true;
    }
    if (this.#late && isBody) return true;
    if (this.#head.length === 0 && (!picked || !item.first || type !== 'request-head')) return false;
    this.#late = false;
    this.#head.push(item);
    if (item.last) this.#headRead(item);
    return true;
  }

  /** What has begun is not waited for any more: the rest of it must not arrive without its head. */
  flush(): void {
    this.#letGo();
    if (this.#open === undefined) return;
    this.#open.ends = true;
    this.#say(this.#open);
  }

  stop(): void {
    this.#head = [];
    this.#open = undefined;
  }

  heldBytes(): number {
    return this.#head.reduce((sum, { data }) => sum + data.length, 0);
  }

  #letGo(): void {
    for (const item of this.#head.splice(0)) this.#context.emit(item);
  }

  #headRead(last: DataItem): void {
    const bytes = Buffer.concat(this.#head.map(({ data }) => data));
    const head = readRequestHead(bytes);
    const answered = !('failure' in head) && last.frame?.type === 'request-head' && this.#answers(head.kind);
    const hit = answered ? fireAt(this.#context, this.#head[0]!) : undefined;
    if (hit === undefined || 'failure' in head) {
      this.#letGo();
      return;
    }
    this.#head = [];
    const text = bytes.toString('latin1');
    const { kind, body } = head;
    const taken = {
      hit,
      request: last.frame?.request,
      kind,
      ends: WANTS_END.test(text) || kind === 'upgrade' || kind === 'connect',
      body: [],
    };
    const waits = WAITS_FOR_100.test(text);
    if (isEmpty(body) || waits) {
      this.#late = !isEmpty(body);
      this.#say(taken);
    } else this.#open = taken;
  }

  /** Who asks for a WebSocket asks nothing of JSON-RPC yet. */
  #answers(kind: RequestHead['kind']): boolean {
    return 'status' in this.#answer || 'events' in this.#answer || ('error' in this.#answer && kind === 'plain');
  }

  #bodyBytes(taken: Taken, item: DataItem): void {
    if (!item.last) return;
    const content = this.#context.content(item);
    if (content.known) taken.body.push(content.payload);
    // The last chunk is the one without data.
    if (item.frame?.type === 'body' || (content.known && content.payload.length === 0)) this.#say(taken);
  }

  #say({ hit, request, kind, ends, body }: Taken): void {
    this.#open = undefined;
    const id = 'error' in this.#answer ? idOf(Buffer.concat(body)) : undefined;
    const bytes = httpAnswer(this.#answer, { head: kind === 'head', ends, id });
    const told = (reached: boolean) => (reached ? this.#context.report(hit) : this.#context.retract(hit));
    if (bytes === undefined) told(false);
    else this.#context.connection.answer(this.#context.direction, { bytes, request, afterwards: ends ? 'end' : 'go-on', told });
  }
}

function isEmpty(body: BodyLength): boolean {
  return body === 0;
}
