// Messages as they come, and waits for one of them. No wait gives a message that another one gave before.
import { bounded } from '../model/time/bounded.ts';
import { milliseconds, type Duration } from '../model/time/duration.ts';
import { IndeterminateError } from '../model/scenario.ts';
import type { Bound } from './target.ts';

export interface Wanted<Message> {
  /** By default the next one, whatever it is. */
  match?: (message: Message) => boolean;
  /** 10 s. */
  within?: Duration;
}

export interface Inbox<Message> {
  /** Everything so far, oldest first. */
  readonly all: readonly Message[];
  take(message: Message): void;
  /** Nothing will come any more, for this reason. The first call counts. */
  end(why: string): void;
  /**
   * The oldest message that matches and that no wait gave before. Through a link it is owed: without it within the bound, the
   * run hangs. @throws IndeterminateError as soon as the connection has ended.
   */
  next(what: string, wanted?: Wanted<Message>): Promise<Message>;
  /** The first message from this place of `all` on that matches. Whoever asks bounds it. @throws as `next`. */
  answer(what: string, from: number, match: (message: Message) => boolean): Promise<Message>;
}

const WITHIN: Duration = '10s';
const QUOTED_CHARACTERS_MAX = 200;

/** The message, or an error in the place of one that can never come. */
type Found<Message> = { message: Message } | { over: Error };

export function inboxOf<Message>(bound: Bound, quote: (message: Message) => string): Inbox<Message> {
  const all: Message[] = [];
  const given = new Set<number>();
  let ended: string | undefined;
  let change = Promise.withResolvers<void>();
  const tell = (): void => {
    change.resolve();
    change = Promise.withResolvers();
  };

  const lastSeen = (): string => {
    const last = all.at(-1);
    if (last === undefined) return 'no message so far';
    return `${all.length} message(s) so far${bound.silent ? '' : `, the last one: ${quote(last).slice(0, QUOTED_CHARACTERS_MAX)}`}`;
  };
  /** Undefined as long as it may still come. */
  const look = (what: string, from: number, match: (message: Message) => boolean): Found<Message> | undefined => {
    const index = all.findIndex((message, at) => at >= from && !given.has(at) && match(message));
    if (index >= 0) {
      given.add(index);
      return { message: all[index] as Message };
    }
    return ended === undefined ? undefined : { over: new IndeterminateError(`${bound.name}: ${ended} before ${what}; ${lastSeen()}`) };
  };
  const found = async (see: () => Found<Message> | undefined, over?: AbortSignal): Promise<Found<Message>> => {
    for (let seen = see(); ; seen = see()) {
      if (seen) return seen;
      await change.promise;
      over?.throwIfAborted();
    }
  };

  return {
    all,
    take(message) {
      all.push(message);
      tell();
    },
    end(why) {
      ended ??= why;
      tell();
    },
    async next(what, { match = () => true, within = WITHIN } = {}) {
      const see = (): Found<Message> | undefined => look(what, 0, match);
      if (bound.recorded)
        return messageOf(await bound.script.until(`${bound.name}: ${what}`, () => see() ?? notYet(lastSeen()), { within }));
      const late = new AbortController();
      const waited = await bounded(found(see, late.signal), { withinMs: milliseconds(within), signal: bound.script.signal });
      if (waited.state === 'done') return messageOf(waited.value);
      late.abort();
      throw new IndeterminateError(`${bound.name}: no ${what} within ${within}; ${lastSeen()}`);
    },
    answer: async (what, from, match) => messageOf(await found(() => look(what, from, match))),
  };
}

function messageOf<Message>(found: Found<Message>): Message {
  if ('message' in found) return found.message;
  throw found.over;
}

/** What a wait says that ends without it. */
function notYet(lastSeen: string): never {
  throw new Error(lastSeen);
}
