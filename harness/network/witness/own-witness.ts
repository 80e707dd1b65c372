// What our own proxy says it did: one stream of numbered events, one line of JSON for each.
import type { IncomingMessage } from 'node:http';
import type { EventLine } from '../../proxy/wire/wire-types.ts';
import type { Control } from '../api/api-client.ts';
import type { Engine } from '../api/engine.ts';
import { InjectorError, type NetworkSink } from '../api/network-sink.ts';
import { engineClock } from './engine-clock.ts';
import { tell } from './own-event.ts';
import { eachLine, messageOf, openEventStream } from './own-event-stream.ts';
import type { Witness } from './witness.ts';

export interface OwnWitnessSettings {
  /** Proxy name -> link name. */
  links: ReadonlyMap<string, string>;
  sink: NetworkSink;
  control: Control;
  /** Its `since` is read at the start and moved on at the end. */
  engine: Engine;
  deadlineMs: number;
}

export async function ownWitness(settings: OwnWitnessSettings): Promise<Witness> {
  const { sink, control, engine } = settings;
  const query = `proxies=${[...settings.links.keys()].map(encodeURIComponent).join(',')}`;
  const closing = new AbortController();
  const clock = engineClock();
  let seen = engine.since;

  /** Both the stream and a look at the log come by here; what one has told the other need not. */
  function take(line: string): void {
    const event = JSON.parse(line) as EventLine;
    if (event.event === 'lost') {
      // The stream only falls behind when this process does: what is lost is lost for the judge as well.
      if (event.to > seen) sink.broken(`own: lost events ${event.from} to ${event.to}`);
      seen = Math.max(seen, event.to);
      return;
    }
    if (event.seq <= seen) return;
    seen = event.seq;
    const link = settings.links.get(event.proxy);
    const causedMs = clock(event.monotonicMs);
    if (link !== undefined) tell(event, link, sink, causedMs);
  }

  async function follow(response: IncomingMessage): Promise<void> {
    try {
      await eachLine(response, take);
      if (!closing.signal.aborted) sink.broken('own: its event stream ended');
    } catch (error) {
      if (!closing.signal.aborted) sink.broken(`own: its event stream broke: ${messageOf(error)}`);
    }
  }

  const response = await openEventStream(`${engine.url}/events?follow=1&since=${seen}&${query}`, closing.signal, settings.deadlineMs);
  const following = follow(response);

  return {
    async armed() {},
    async lifted() {},
    async drained() {
      const { status, text } = await control.call('GET', `/events?follow=0&since=${seen}&${query}`);
      if (status !== 200) throw new InjectorError(`own: GET /events gave ${status}: ${text}`);
      for (const line of text.split('\n')) if (line !== '') take(line);
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      await following;
      engine.since = seen;
    },
  };
}
