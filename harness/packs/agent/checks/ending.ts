// Does it end when it must: with its parent, by a signal, without a prompt; and what is left of what it has started.
import type { LinkStep } from '../../../model/faults/fault.ts';
import { stall } from '../../../model/faults/steps.ts';
import type { Script } from '../../../model/scenario.ts';
import type { Check, Target } from '../../base/pack.ts';
import { hasModel, MODEL_LINK } from '../base/agent-system.ts';
import { RULES } from '../base/rules.ts';
import { begin, DONE_WITHIN, ends, endsWell, hasBegun, waits } from '../base/turn.ts';
import { checksOf } from './agent-check.ts';

const SILENT = 'the model falls silent';

export function ending(target: Target): Record<string, Check> {
  return { ...withItsParent(target), ...bySignal(target), ...byPrompt(target) };
}

function withItsParent(target: Target): Record<string, Check> {
  const check = checksOf(target);
  return {
    'parent-killed': check({
      title: 'your agent ends when its parent is killed',
      expectation: 'it and its children are gone soon after the next line',
      check: {
        rule: RULES.parent,
        after: 'its parent was killed',
        hangIs: 'ORPHAN',
        cure: 'When stdout breaks, end what was started, then exit.',
      },
      async script(script, prompt) {
        const turn = await begin(script, prompt);
        await hasBegun(script, turn);
        turn.child.stdout.destroy();
        turn.child.stdin.destroy();
        await ends(script, turn, 'your agent ends after its parent was killed', '15s');
      },
    }),
    'stdout-closed': check({
      title: 'your agent does not crash when nobody reads its stdout any more',
      expectation: 'it ends, and without an uncaught error',
      check: { rule: RULES.brokenPipe, after: 'its stdout was closed', cure: 'Handle the error event of stdout: end the task, then exit.' },
      // An agent that has said all before its stdout is closed would show nothing.
      ...(hasModel(target) && { schedule: [silentModel()] }),
      async script(script, prompt) {
        const turn = await begin(script, prompt);
        if (hasModel(target)) await script.fired(SILENT, { within: DONE_WITHIN });
        turn.child.stdout.destroy();
        if (hasModel(target)) {
          await script.passed('500ms', 'the end of the reader reaches the pipe of the agent');
          await script.lift(SILENT);
        }
        await ends(script, turn, 'your agent ends after its stdout was closed', DONE_WITHIN);
        endsWell(turn, 'its stdout was closed');
      },
    }),
  };
}

/** In the middle of its answer, until the step is lifted. */
function silentModel(): LinkStep {
  return stall(MODEL_LINK, { id: SILENT, frame: { index: 6, matches: { type: 'body-chunk' } } });
}

function bySignal(target: Target): Record<string, Check> {
  const check = checksOf(target);
  const signals = [
    { key: 'term', signal: 'SIGTERM', rule: RULES.signal },
    { key: 'hup', signal: 'SIGHUP', rule: RULES.hangUp },
  ] as const;
  const pairs = signals.flatMap(({ key, signal, rule }) => {
    const wording = { rule, hangIs: 'DEAF', cure: `Let ${signal} end the task with all that it has started, then the program.` };
    const busy = check({
      title: `your agent ends on ${signal} while it waits for its model`,
      expectation: 'it and what it has started are gone soon after',
      check: { ...wording, after: `${signal} during a task` },
      anyCode: true,
      ...(hasModel(target) && { schedule: [silentModel()] }),
      async script(script, prompt) {
        const turn = await begin(script, prompt);
        if (hasModel(target)) await script.fired(SILENT, { within: DONE_WITHIN });
        else await hasBegun(script, turn);
        turn.child.kill(signal);
        await ends(script, turn, `your agent ends after ${signal} during a task`);
      },
    });
    const idle = check({
      title: `your agent ends on ${signal} while it waits for its prompt`,
      expectation: 'it is gone soon after',
      check: { ...wording, after: `${signal} before its prompt` },
      anyCode: true,
      needs: 'prompt',
      async script(script) {
        const turn = await begin(script, undefined);
        await waits(script, turn);
        turn.child.kill(signal);
        await ends(script, turn, `your agent ends after ${signal} before its prompt`);
      },
    });
    return [
      [`${key}-busy`, busy],
      [`${key}-idle`, idle],
    ] as const;
  });
  return Object.fromEntries(pairs);
}

function byPrompt(target: Target): Record<string, Check> {
  const check = checksOf(target);
  return {
    'prompt-never': check({
      title: 'your agent ends when its prompt never comes',
      expectation: 'the end of stdin is the end of the waiting',
      check: {
        rule: RULES.stdinEnd,
        after: 'its stdin ended without a prompt',
        hangIs: 'ORPHAN',
        cure: 'At the end of stdin, say what is missing and exit.',
      },
      needs: 'prompt',
      script: (script) => promptOf(script, '', 'its stdin ended without a prompt'),
    }),
    'prompt-cut': check({
      title: 'your agent lives through a prompt that is cut inside a character',
      expectation: 'it does its task with what came, or says that it failed',
      check: {
        rule: RULES.stdinEnd,
        after: 'its prompt was cut',
        cure: 'Decode what came with replacement characters, or say that it is no UTF-8.',
      },
      needs: 'prompt',
      script: (script, prompt) =>
        promptOf(script, Buffer.concat([Buffer.from(`${prompt} `), Buffer.from('€').subarray(0, 2)]), 'its prompt was cut'),
    }),
  };
}

async function promptOf(script: Script, prompt: string | Buffer, after: string): Promise<void> {
  const turn = await begin(script, prompt);
  await ends(script, turn, `your agent ends after ${after}`, '15s');
  endsWell(turn, after);
}
