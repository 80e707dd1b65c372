// Which events the script makes itself: what its clients send over their own links, and the answers to that. A script that
// polls a dead server makes many such events. They do not show that the system moves.
import type { Event } from './history.ts';
import { DRIVER, type Link } from '../system/link.ts';

/** Frames that follow the beginning of an answer within this time are the rest of it. Later frames are sent for a reason of their own. */
const REST_WITHIN_MS = 1_000;
/** Frames that go on with what another one began. */
const RESTS: readonly string[] = ['body', 'body-chunk', 'continuation', 'chunk'];
const WITHOUT_ANSWER: readonly string[] = ['ping', 'pong', 'close', 'malformed'];

interface Conversation {
  /** Requests without an answer so far. */
  owed: number;
  answeredMs: number;
}

/**
 * Asked once about each event, in order. On a link of the driver each request is answered by one frame and what follows it
 * at once; what comes beyond that was sent unasked, so the system sent it.
 */
export function ownTraffic(links: readonly Link[]): (event: Event) => boolean {
  const ofDriver = new Set(links.filter((link) => link.from === DRIVER).map((link) => link.name));
  const conversations = new Map<string, Conversation>();
  return (event) => {
    if (event.kind === 'operation') return true;
    if (event.kind === 'connection') return ofDriver.has(event.link);
    if (event.kind !== 'frame' || !ofDriver.has(event.link)) return false;
    const key = `${event.connection} ${event.link}`;
    const conversation = conversations.get(key) ?? { owed: 0, answeredMs: Number.NEGATIVE_INFINITY };
    conversations.set(key, conversation);
    return event.direction === 'upstream' ? asked(conversation, event) : isAnswer(conversation, event);
  };
}

type Frame = Extract<Event, { kind: 'frame' }>;

function asked(conversation: Conversation, { type }: Frame): true {
  // A request of unframed bytes may come in any number of chunks.
  if (type === 'chunk') conversation.owed = 1;
  else if (!RESTS.includes(type) && !WITHOUT_ANSWER.includes(type)) conversation.owed++;
  return true;
}

function isAnswer(conversation: Conversation, { type, atMs }: Frame): boolean {
  if (RESTS.includes(type) && atMs - conversation.answeredMs <= REST_WITHIN_MS) return true;
  if (WITHOUT_ANSWER.includes(type)) return type !== 'close';
  if (conversation.owed === 0) return false;
  conversation.owed--;
  conversation.answeredMs = atMs;
  return true;
}
