// What is left of clients that have gone, and how it ends.
import type { Script } from '../../../model/scenario.ts';
import { endsOnTerm } from '../../base/ends-on-term.ts';
import type { Check, Target } from '../../base/pack.ts';
import { open, served } from '../base/client.ts';
import { OPCODE } from '../base/frame.ts';
import { RULES } from '../base/rules.ts';
import { SERVER } from '../../base/places.ts';
import { BYTES, type Service } from '../base/service.ts';
import { checksOf } from '../base/websocket-check.ts';

const AT_ONCE = 20;
/** After two rounds that warm up. */
const ROUNDS = 8;
const STAYING = 5;

export function longRun(target: Target): Record<string, Check> {
  return { ...manyClients(target), ...itsEnd(target) };
}

function manyClients(target: Target): Record<string, Check> {
  const check = checksOf(target);
  return {
    'come-and-go': check({
      title: 'your server holds nothing of 200 clients that come and go',
      expectation: 'its sockets, descriptors, threads and processes come back to where they were',
      check: { rule: RULES.descriptors, after: '200 clients came and went', cure: 'Close the socket when its end or its error has come.' },
      within: '60s',
      script: (script, service) =>
        script.cycles(
          `${AT_ONCE} clients`,
          async () => {
            await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => comeAndGo(script, service, index)));
          },
          { nodes: [SERVER], count: ROUNDS },
        ),
    }),
    memory: check({
      title: 'your server keeps no memory of clients that come and go',
      expectation: 'what it keeps alive does not grow with the clients',
      check: { rule: RULES.memory, after: 'hundreds of clients came and went', cure: 'Forget a client at its close event.' },
      within: '60s',
      script: (script, service) =>
        script.cycles(
          'two clients',
          async () => {
            await Promise.all([0, 1].map((index) => comeAndGo(script, service, index)));
          },
          { nodes: [SERVER], memory: true },
        ),
    }),
  };
}

/** One in three says goodbye, one only ends, one resets. */
async function comeAndGo(script: Script, service: Service, index: number): Promise<void> {
  const client = await open(script, service, { link: BYTES });
  await served(script, client, service);
  if (index % 3 === 0) client.send(OPCODE.close);
  if (index % 3 === 2) client.socket.resetAndDestroy();
  else client.socket.end();
}

function itsEnd(target: Target): Record<string, Check> {
  const check = checksOf(target);
  const wording = { rule: RULES.signal, hangIs: 'DEAF' };
  return {
    'term-idle': check({
      title: 'your server ends on SIGTERM',
      expectation: 'it and its children are gone soon after',
      check: { ...wording, after: 'SIGTERM', cure: 'Let SIGTERM end the program, or end it in its handler.' },
      anyCode: true,
      script: (script) => endsOnTerm(script),
    }),
    'term-with-clients': check({
      title: 'your server ends on SIGTERM while clients are connected',
      expectation: 'it does not wait until they go',
      check: {
        ...wording,
        after: `SIGTERM with ${STAYING} clients`,
        cure: 'On SIGTERM, send each client a close frame (1001) and end its socket: closing the listener alone waits for clients.',
      },
      anyCode: true,
      async script(script, service) {
        for (let index = 0; index < STAYING; index++) await served(script, await open(script, service), service);
        await endsOnTerm(script);
      },
    }),
  };
}
