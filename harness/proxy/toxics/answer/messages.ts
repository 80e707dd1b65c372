// WebSocket messages and lines that are answered here.

import { fireAt, HELD_BYTES_MAX } from '../content/content.ts';
import type { ContentContext } from '../content/content.ts';
import type { DataItem } from '../../stream/item.ts';
import type { GivenAnswer } from './answer.ts';
import { closeFrame, rpcError, textFrame } from './bytes.ts';
import { idOf } from './id-of.ts';

export class MessageAnswerer {
  readonly #context: ContentContext;
  readonly #answer: GivenAnswer;
  #held: DataItem[] = [];
  #bytes = 0;
  #told = false;
  /** A close frame has been sent: what the peer says until its own is for nobody. */
  #closing = false;

  constructor(context: ContentContext, answer: GivenAnswer) {
    this.#context = context;
    this.#answer = answer;
  }

  take(item: DataItem, picked: boolean): void {
    if (this.#closing) {
      if (item.last && item.frame?.type === 'close') this.#end();
      return;
    }
    if (this.#held.length === 0 && !(picked && item.first && this.#answers(item))) {
      this.#context.emit(item);
      return;
    }
    this.#held.push(item);
    this.#bytes += item.data.length;
    if (this.#bytes > HELD_BYTES_MAX) this.#cannot('hold-too-large', `more than ${HELD_BYTES_MAX} bytes would be held`);
    else if (item.last) this.#whole(item);
  }

  flush(): void {
    if (this.#closing) this.#end();
    this.#letGo();
  }

  stop(): void {
    this.#held = [];
    this.#bytes = 0;
  }

  get heldBytes(): number {
    return this.#bytes;
  }

  #answers({ frame }: DataItem): boolean {
    const type = frame?.type;
    if ('close' in this.#answer) return type === 'text' || type === 'binary';
    return ('message' in this.#answer || 'error' in this.#answer) && (type === 'text' || type === 'binary' || type === 'line');
  }

  #whole(last: DataItem): void {
    const { frame } = last;
    if (frame?.opcode !== undefined && frame.fin !== true) {
      this.#cannot('match-unreadable', 'a message in fragments is not answered');
      return;
    }
    const bytes = this.#bytesFor(last);
    const hit = bytes === undefined ? undefined : fireAt(this.#context, this.#held[0]!);
    if (bytes === undefined || hit === undefined) {
      this.#letGo();
      return;
    }
    this.stop();
    this.#closing = 'close' in this.#answer;
    const told = (reached: boolean) => (reached ? this.#context.report(hit) : this.#context.retract(hit));
    this.#context.connection.answer(this.#context.direction, { bytes, afterwards: this.#closing ? 'silence' : 'go-on', told });
  }

  /** Undefined where it is no request that this answers: a notification has no answer. */
  #bytesFor(last: DataItem): Buffer | undefined {
    const answer = this.#answer;
    const masked = this.#context.direction === 'downstream';
    if ('close' in answer) return closeFrame(answer.close, answer.reason, masked);
    const text = 'message' in answer ? answer.message : this.#errorFor(last);
    if (text === undefined) return undefined;
    return last.frame?.type === 'line' ? Buffer.from(`${text}\n`) : textFrame(text, masked);
  }

  #errorFor(last: DataItem): string | undefined {
    const content = this.#context.content(last);
    const id = content.known ? idOf(content.payload) : undefined;
    return id === undefined || !('error' in this.#answer) ? undefined : rpcError(this.#answer.error, id);
  }

  #cannot(event: 'hold-too-large' | 'match-unreadable', reason: string): void {
    const index = this.#held[0]?.frame?.index ?? 0;
    if (!this.#told) this.#context.event(event === 'hold-too-large' ? { event, reason } : { event, index, reason });
    this.#told = true;
    this.#letGo();
  }

  #letGo(): void {
    const items = this.#held;
    this.stop();
    for (const item of items) this.#context.emit(item);
  }

  #end(): void {
    this.#context.emit({ kind: 'act', when: 'flushed', act: async () => void (await this.#context.connection.endBoth('fin')) });
  }
}
