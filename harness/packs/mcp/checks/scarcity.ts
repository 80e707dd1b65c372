// A server that lacks something: descriptors, a shell, a place to write. It may answer with an error, and may not go away over it.
import { onFile } from '../../../model/faults/steps.ts';
import type { Step } from '../../../model/faults/fault.ts';
import { BY_DESIGN } from '../../../model/scenario.ts';
import { Broken } from '../../base/broken.ts';
import type { Check } from '../../base/pack.ts';
import { type Lack, SERVER, stdioTarget } from '../../base/stdio-target.ts';
import type { Making } from '../base/mcp-check.ts';
import { RULES } from '../base/rules.ts';
import { callOf, exitText, open, pingIs, type Session } from '../base/session.ts';

const DESCRIPTORS = 64;
const CALLS = 3;
const NO_START = 'NO START';

/** All that PATH leads to, but no shell. The command itself is the one that PATH led to. */
const WITHOUT_SHELLS = `command=$(command -v "$1") || command=$1
shift
tools=$PWD/path-without-shells
command -p mkdir -p "$tools"
IFS=:
for each in $PATH; do command -p ln -s "$each"/* "$tools"/ 2>/dev/null; done
unset IFS
for shell in sh ash bash dash ksh zsh; do command -p rm -f "$tools/$shell"; done
PATH=$tools
export PATH
set -- "$command" "$@"`;

/** They start what they are told by a shell. */
const STARTERS = /(^|\/)(npx|npm|pnpm|yarn|bunx)$/;

export function scarcity(making: Making): Record<string, Check> {
  const full = '{state}/full';
  return {
    'few-descriptors': lacking(making, `with ${DESCRIPTORS} descriptors`, `it had ${DESCRIPTORS} descriptors`, {
      before: `ulimit -n ${DESCRIPTORS}`,
    }),
    'no-shell': lacking(making, 'without a shell on its PATH', 'there was no sh on its PATH', { before: WITHOUT_SHELLS }),
    'read-only-home': lacking(
      making,
      'with a HOME that it cannot write',
      'nothing could be written in its HOME',
      { env: { HOME: '{state}' } },
      [onFile(SERVER, '{state}', { kind: 'read-only' })],
    ),
    'full-disk': lacking(making, 'with a full disk', 'its HOME and its TMPDIR were on a full disk', { env: { HOME: full, TMPDIR: full } }, [
      onFile(SERVER, full, { kind: 'full-disk' }),
    ]),
  };
}

function lacking({ target, check }: Making, how: string, after: string, lack: Lack, schedule: readonly Step[] = []): Check {
  const starter = STARTERS.exec(target.command[0] ?? '')?.[2];
  const isByShell = lack.before === WITHOUT_SHELLS && starter !== undefined;
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
    ...(isByShell && { unavailable: () => `${BY_DESIGN}${starter} starts programs by a shell` }),
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
