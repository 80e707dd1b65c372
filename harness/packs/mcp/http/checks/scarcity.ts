// A server that lacks something: descriptors, a shell, a place to write. It may answer with an error, and may not go away over it.
import { connect, type Socket } from 'node:net';
import type { Script } from '../../../../model/scenario.ts';
import { Broken, NotATarget } from '../../../base/broken.ts';
import type { Check } from '../../../base/pack.ts';
import { seenWithin, untilItListens } from '../../../base/until-it-listens.ts';
import { type Lacking, lacksOf } from '../../base/lacks.ts';
import { callOf } from '../../base/messages.ts';
import { BYTES, type Endpoint, LINK } from '../base/endpoint.ts';
import type { HttpMaking } from '../base/http-check.ts';
import { HTTP_RULES } from '../base/rules.ts';
import { isServed, open, type HttpSession } from '../base/session.ts';

const CALLS = 3;
const NO_START = 'NO START';
/** More than there are descriptors. */
const CROWD = 80;
const AGAIN_MS = 2_000;

export function scarcity(making: HttpMaking): Record<string, Check> {
  const lacks = Object.entries(lacksOf(making.target));
  return Object.fromEntries(lacks.map(([key, lacking]) => [key, lackingCheck(making, lacking, key === 'few-descriptors')]));
}

/** @param isCrowded more clients connect than it has descriptors, and go again */
function lackingCheck({ target, check }: HttpMaking, { how, after, lack, schedule = [], unavailable }: Lacking, isCrowded: boolean): Check {
  return check({
    title: `your server answers ${how}${isCrowded ? `, also after ${CROWD} clients at once` : ''}`,
    expectation: 'what it cannot have is an error of the call that needs it',
    check: {
      rule: isCrowded ? HTTP_RULES.accept : HTTP_RULES.errors,
      habits: { [NO_START]: HTTP_RULES.starts },
      after: `${after}${isCrowded ? `, and ${CROWD} clients had come and gone` : ''}`,
      cure: 'Catch the error where it comes, and answer the request that needed it with an error.',
    },
    lack,
    watched: true,
    schedule,
    within: '120s',
    ...(unavailable && { unavailable }),
    async script(script, endpoint) {
      await starts(script, endpoint, how);
      const session = await open(script, endpoint, LINK);
      for (let index = 0; target.call !== undefined && index < CALLS; index++)
        await session.request(callOf(target.call, `call-${index}`), { within: '30s' });
      if (isCrowded) await crowd(script, session);
      await session.ping('after');
    },
  });
}

async function starts(script: Script, { port }: Endpoint, how: string): Promise<void> {
  await untilItListens(script, port, 'it', (other) => `--http ${other}`).catch((error: unknown) => {
    if (!(error instanceof NotATarget)) throw error;
    throw new Broken(NO_START, `your server does not start ${how}: ${error.message.replace(/\{.*\}$/, '')}`);
  });
}

/** They connect, say nothing, and go. Whoever comes before it has seen that may be sent away once more. */
async function crowd(script: Script, session: HttpSession): Promise<void> {
  const address = script.dial(BYTES);
  if (address.transport !== 'tcp') throw new Error(`${BYTES} is no TCP link`);
  const sockets = Array.from({ length: CROWD }, (): Socket => connect(address.port, address.host).on('error', () => undefined));
  script.defer(() => sockets.forEach((socket) => void socket.destroy()));
  await script.passed('1s', 'it takes as many of them as it can');
  for (const socket of sockets) socket.destroy();
  let again = 0;
  await script.until(
    `your server answers a ping once ${CROWD} clients have gone`,
    async () => {
      const exchange = session.post({ id: `again-${again++}`, method: 'ping' });
      await seenWithin(AGAIN_MS, () => exchange.isWhole || exchange.ended !== undefined || exchange.replies.length > 0);
      if (isServed(exchange)) return true;
      throw new Error(exchange.ended ?? `HTTP ${exchange.status}`);
    },
    { within: '8s' },
  );
}
