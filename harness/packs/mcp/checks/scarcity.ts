// A server that lacks something: descriptors, a shell, a place to write. It may answer with an error, and may not go away over it.
import { Broken } from '../../base/broken.ts';
import type { Check } from '../../base/pack.ts';
import { stdioTarget } from '../../base/stdio-target.ts';
import type { Making } from '../base/mcp-check.ts';
import { type Lacking, lacksOf } from '../base/lacks.ts';
import { callOf } from '../base/messages.ts';
import { RULES } from '../base/rules.ts';
import { exitText, open, pingIs, type Session } from '../base/session.ts';

const CALLS = 3;
const NO_START = 'NO START';

export function scarcity(making: Making): Record<string, Check> {
  return Object.fromEntries(Object.entries(lacksOf(making.target)).map(([key, lacking]) => [key, lackingCheck(making, lacking)]));
}

function lackingCheck({ target, check }: Making, { how, after, lack, schedule = [], unavailable }: Lacking): Check {
  return check({
    title: `your server answers ${how}`,
    expectation: 'what it cannot have is an error of the call that needs it',
    check: {
      rule: RULES.errors,
      habits: { [NO_START]: RULES.starts },
      after,
      cure: 'Catch the error where it comes, and answer the request that needed it with an error.',
    },
    system: stdioTarget(target, 'json-rpc', lack),
    schedule,
    within: '120s',
    ...(unavailable && { unavailable }),
    async script(script) {
      const session = await open(script);
      await session.handshake().catch((error: unknown) => {
        throw session.ended === undefined ? error : new Broken(NO_START, `your server does not start ${how}: ${lastWords(session)}`);
      });
      for (let index = 0; target.call !== undefined && index < CALLS; index++)
        await session.request(callOf(target.call, `call-${index}`), '30s');
      await pingIs(session, 'after-calls');
      await session.close();
    },
  });
}

function lastWords({ ended, stderr }: Session): string {
  const lines = stderr.split('\n').filter((each) => each.trim() !== '');
  const said = lines.findLast((each) => /^\S*(Error|Exception)\b/.test(each)) ?? lines.at(-1) ?? '';
  return `it ended ${exitText(ended)}${said === '' ? '' : `, ${said.trim().slice(0, 200)}`}`;
}
