// Does it do its task: with a model that is slow, that breaks off, with tools that are not there, with a reader that is late.
import { cut, fault } from '../../../model/faults/steps.ts';
import type { Script } from '../../../model/scenario.ts';
import { Broken, NotATarget } from '../../base/broken.ts';
import type { Check, Target } from '../../base/pack.ts';
import { MODEL_LINK, SERVER } from '../base/agent-system.ts';
import { RULES } from '../base/rules.ts';
import { begin, DONE_WITHIN, ends, endsWell, exitText, lastLineOf, type Turn } from '../base/turn.ts';
import { checksOf } from './agent-check.ts';

/** The last word of the model's answer: model/main.ts. */
const LAST_WORD = 'end-of-the-answer';
/** More than a pipe holds (pipe(7): 64 KiB). */
const LONG_ANSWER_BYTES = 300_000;
const FIRST_MS = 90_000;
const BANNER_LINES_MAX = 50;

export function answering(target: Target): Record<string, Check> {
  return { ...task(target), ...model(target) };
}

function task(target: Target): Record<string, Check> {
  const check = checksOf(target);
  return {
    handshake: check({
      title: 'your agent does its task and ends',
      expectation: 'JSON lines on stdout, exit code 0',
      check: { rule: RULES.lines, after: 'a task' },
      script: introduce(target),
    }),
    'stdout-unread': check({
      title: 'your agent loses no line while its stdout is not read for a while',
      expectation: 'all of them come whole when it is read again',
      check: { rule: RULES.backPressure, after: 'stdout was not read for a while', cure: 'Wait until stdout is written before you exit.' },
      answerBytes: LONG_ANSWER_BYTES,
      async script(script, prompt) {
        const turn = await begin(script, prompt);
        turn.child.stdout.pause();
        await script.passed('2s', 'the answer fills the pipe meanwhile');
        turn.child.stdout.resume();
        await ends(script, turn, 'your agent ends once its stdout is read again', DONE_WITHIN);
        isDone(turn, 'its stdout was not read for a while');
        if (turn.rest.trim() !== '') throw new Broken('CUT LINE', `your agent ended in the middle of a line: ${turn.rest.slice(-80)}`);
      },
    }),
    'no-tools': check({
      title: 'your agent lives without git, grep and a shell on its PATH',
      expectation: 'it does its task, or says what it lacks and ends',
      check: {
        rule: RULES.path,
        after: 'its PATH led to no tools',
        cure: 'Handle the error of each program that you start.',
      },
      withoutTools: true,
      async script(script, prompt) {
        const turn = await begin(script, prompt);
        await ends(script, turn, 'your agent ends, with few programs on its PATH', DONE_WITHIN);
        endsWell(turn, 'a start with few programs on its PATH');
      },
    }),
  };
}

function model(target: Target): Record<string, Check> {
  const check = checksOf(target);
  const chunk = (index: number) => ({ index, matches: { type: 'body-chunk' } });
  return {
    'model-slow': check({
      title: 'your agent waits for a slow model',
      expectation: 'each event comes late, and the answer is whole',
      check: { rule: RULES.slowModel, after: 'a model that is slow' },
      needs: 'model',
      schedule: [fault(MODEL_LINK, { kind: 'latency', delayMs: 3_000 })],
      async script(script, prompt) {
        const turn = await begin(script, prompt);
        await ends(script, turn, 'your agent ends, with a slow model', '60s');
        isDone(turn, 'a model that is slow');
      },
    }),
    'model-cut': check({
      title: 'your agent takes half an answer of its model for no answer',
      expectation: 'it asks again, or says that it failed',
      check: {
        rule: RULES.incomplete,
        after: 'the model broke off in the middle of an event',
        cure: 'An answer counts when its last event has come (response.completed, [DONE], message_stop).',
      },
      needs: 'model',
      schedule: [cut(MODEL_LINK, { how: 'fin', frame: chunk(6), atByte: 20 })],
      async script(script, prompt) {
        const turn = await begin(script, prompt);
        await ends(script, turn, 'your agent ends after its model broke off', '90s');
        endsWell(turn, 'its model broke off');
        if (
          turn.ended?.code === 0 &&
          turn.lines.length > 0 &&
          !turn.lines.some((line) => line.includes(LAST_WORD) || /"(error|failed)|error"/i.test(line))
        )
          throw new Broken(
            'HALF ANSWER',
            'your agent ended with exit code 0, and neither the rest of the answer nor an error is in what it said',
          );
      },
    }),
  };
}

function isDone(turn: Turn, after: string): void {
  if (turn.ended?.code !== 0)
    throw new Broken(
      'FAILED',
      `your agent ended with ${exitText(turn.ended)} after ${after}: ${lastLineOf(turn.stderr) || turn.lines.at(-1)?.slice(0, 200)}`,
    );
}

function introduce({ command }: Target): (script: Script, prompt: string) => Promise<void> {
  return async (script, prompt) => {
    const turn = await begin(script, prompt);
    const until = performance.now() + FIRST_MS;
    while (turn.ended === undefined && performance.now() < until) {
      // A banner may come before the first line that is JSON.
      const junk = turn.lines.find((line) => line.trim() !== '' && !isJson(line));
      if (junk !== undefined && turn.lines.length > BANNER_LINES_MAX && !turn.lines.some(isJson)) {
        await script.node(SERVER).kill('SIGKILL');
        throw new NotATarget(`'${command.join(' ')}' prints no JSON lines: it printed ${JSON.stringify(junk.slice(0, 200))}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const why = whyNone(turn);
    if (turn.ended === undefined) await script.node(SERVER).kill('SIGKILL');
    if (why !== undefined) throw new NotATarget(`'${command.join(' ')}' ${why}`);
  };
}

function whyNone({ ended, lines, stderr }: Turn): string | undefined {
  const said = lastLineOf(stderr) || lastLineOf(lines.join('\n'));
  const quoted = said === '' ? '' : `; it said: ${said}`;
  if (ended === undefined) return `did not end within ${FIRST_MS / 1_000} s: what it waits for comes by --prompt, or by --model${quoted}`;
  if (ended.code === 126 || ended.code === 127) return `does not start: ${said || exitText(ended)}`;
  if (ended.code !== 0) return `does not do its task: ${exitText(ended)}${quoted}`;
  return lines.some(isJson) ? undefined : `prints no JSON lines: it ended without one${quoted}`;
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
