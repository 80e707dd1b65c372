// What clients do to it that are no good clients: they go in the middle of something, or read slowly, or are gone without a word.
import { cut, fault } from '../../../model/faults/steps.ts';
import type { Step } from '../../../model/faults/fault.ts';
import type { CutHow } from '../../../model/faults/link/loss/cut.ts';
import type { Script } from '../../../model/scenario.ts';
import type { Check, Target } from '../../base/pack.ts';
import { anotherIsServed, dial, open, opened, padded, pinged, served, type Client } from '../base/client.ts';
import { frameBytes, OPCODE } from '../base/frame.ts';
import { RULES } from '../base/rules.ts';
import { BYTES, LINK, type Service } from '../base/service.ts';
import { checksOf } from '../base/websocket-check.ts';

/** Beside a client that reads slowly. */
const BESIDE_SLOW = '4s';
/** More than the buffers of a connection hold on both sides (tcp(7): tcp_wmem, tcp_rmem). */
const FLOOD_BYTES = 10_000_000;
const STUCK_MS = 1_500;
const LOOKS = 5;
const PING = frameBytes(OPCODE.ping, { payload: 'x'.repeat(125) });

export function leaving(target: Target): Record<string, Check> {
  return { ...goingAway(target), ...staying(target) };
}

function goingAway(target: Target): Record<string, Check> {
  const check = checksOf(target);
  return {
    vanish: check({
      title: 'your server lives through clients that go without a close frame',
      expectation: 'in the middle of an upgrade, of its answer, of a frame: the next client is served',
      check: { rule: RULES.lostClient, after: 'clients went without a close frame' },
      schedule: ends('fin'),
      script: clientsGo,
    }),
    resets: check({
      title: 'your server lives through connections that are reset',
      expectation: 'in the middle of an upgrade, of its answer, of a frame: the next client is served',
      check: { rule: RULES.reset, after: 'connections were reset' },
      schedule: ends('rst'),
      script: clientsGo,
    }),
    'half-open': check({
      title: 'your server serves others while a client is gone without a word, and ends all the same',
      expectation: 'a connection that is dead, and that nobody has ended, keeps nobody waiting',
      check: {
        rule: RULES.gone,
        after: 'a client was gone without a word',
        cure: 'End sockets at the end, and do not wait for what a client has not read.',
      },
      schedule: [cut(LINK, { id: 'gone without a word', how: 'blackhole', direction: 'upstream', connection: 1, frame: { index: 3 } })],
      async script(script, service) {
        const client = await open(script, service);
        await pinged(script, client);
        client.send(OPCODE.ping, { payload: 'into the void' });
        await script.fired('gone without a word', { within: '10s' });
        await anotherIsServed(script, service);
      },
    }),
  };
}

/** Each connection ends at another place. */
function ends(how: CutHow): Step[] {
  const upstream = { how, direction: 'upstream' } as const;
  return [
    cut(LINK, { id: 'in the upgrade request', ...upstream, connection: 1, atByte: 20 }),
    cut(LINK, { id: 'in the answer to it', how, direction: 'downstream', connection: 2, atByte: 30 }),
    cut(LINK, { id: 'in the head of a frame', ...upstream, connection: 3, frame: { index: 2 }, atByte: 1 }),
    cut(LINK, { id: 'in the payload of a frame', ...upstream, connection: 4, frame: { index: 2 }, atByte: 20 }),
  ];
}

async function clientsGo(script: Script, service: Service): Promise<void> {
  for (const connection of [1, 2, 3, 4]) {
    const client = dial(script, service);
    if (connection > 2) {
      await opened(script, client, 'an upgrade request');
      client.write(PING);
    }
    await script.until(`connection ${connection} ends`, () => client.ended !== undefined, { within: '10s' });
    await anotherIsServed(script, service);
  }
}

function staying(target: Target): Record<string, Check> {
  return {
    'slow-reader': checksOf(target)({
      title: 'your server serves others beside a client that does not read',
      expectation: 'who reads slowly waits alone',
      check: {
        rule: RULES.slow,
        after: 'another client stopped reading',
        cure: 'Never wait for one client where all are served: queue for each, and end who falls behind.',
      },
      // Who drops it at once, as some do after many pongs that were not read, serves the others well.
      schedule: [fault(BYTES, { kind: 'slow-reader', rateBps: 1_024 }, { id: 'one client reads slowly', connection: 1, mayFire: true })],
      async script(script, service) {
        const slow = await open(script, service, { link: BYTES });
        const flood = floodOf(slow, service);
        await script.until('your server takes what the slow client sends, or drops it', flood.isOver, { within: '15s' });
        const healthy = await open(script, service);
        for (let index = 0; index < LOOKS; index++) {
          await served(script, healthy, service, 'another client', BESIDE_SLOW);
          await script.passed('200ms', 'buffers of the other client fill meanwhile');
        }
      },
    }),
  };
}

/** Asks for far more answers than are read. */
function floodOf(client: Client, service: Service): { isOver(): boolean } {
  const pings = Array.from({ length: 200 }, () => PING);
  const hellos = Array.from({ length: 20 }, () => frameBytes(OPCODE.text, { payload: padded(service, 8_000) }));
  const bytes = Buffer.concat(service.hello === undefined ? pings : [...pings, ...hellos]);
  let sent = 0;
  let sentMs = performance.now();
  const flood = (): void => {
    while (sent < FLOOD_BYTES && client.socket.writable) {
      sent += bytes.length;
      sentMs = performance.now();
      if (!client.socket.write(bytes)) return;
    }
  };
  client.socket.on('drain', flood);
  flood();
  // Who takes nothing more has come to its own bound.
  return { isOver: () => sent >= FLOOD_BYTES || client.ended !== undefined || performance.now() - sentMs > STUCK_MS };
}
