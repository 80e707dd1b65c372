// One run of the agent's command: what is written to its stdin, and what it says until it ends.
import type { Script, ScriptChild } from '../../../model/scenario.ts';
import { isUncaught } from '../../../model/text/uncaught.ts';
import type { Duration } from '../../../model/time/duration.ts';
import { Broken, seenCrash } from '../../base/broken.ts';
import { commandsOf } from '../../base/commands.ts';
import { endWithLastWords } from '../../base/last-words.ts';
import { isAtWork, processorTicksOf } from '../../base/processor-ticks.ts';
import { CHILD, SERVER } from './agent-system.ts';

/** An answer that takes longer is no answer: the model of the checks needs about one second. */
export const DONE_WITHIN: Duration = '45s';
/** Who was asked to end, or has no parent any more. */
const ENDS_WITHIN: Duration = '6s';
/** Longer than anybody who starts up waits for a disk. */
const IDLE_MS = 1_000;
const KEPT_MAX = 8_000;

export interface Turn {
  readonly child: ScriptChild;
  readonly ended: { code: number | null; signal: string | null } | undefined;
  /** Whole lines of stdout, and what is behind the last one. */
  readonly lines: readonly string[];
  readonly rest: string;
  /** The end of stderr. */
  readonly stderr: string;
}

/** @param prompt for its stdin, which ends behind it; undefined leaves stdin open */
export async function begin(script: Script, prompt: string | Buffer | undefined): Promise<Turn> {
  const child = await script.child(CHILD);
  const turn = { child, ended: undefined as Turn['ended'], lines: [] as string[], rest: '', stderr: '' };
  void endWithLastWords(child).then((exit) => (turn.ended = exit));
  child.stdin.on('error', () => undefined);
  child.stdout.on('error', () => undefined);
  child.stderr.on('data', (bytes: Buffer) => (turn.stderr = (turn.stderr + bytes.toString()).slice(-KEPT_MAX)));
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (turn.rest + text).split('\n');
    turn.rest = lines.pop() ?? '';
    turn.lines.push(...lines);
  });
  if (prompt !== undefined) child.stdin.end(prompt);
  return turn;
}

/** It has said something, or has ended. */
export async function hasBegun(script: Script, turn: Turn): Promise<void> {
  await script.until('your agent says its first line', () => turn.lines.length > 0 || turn.ended !== undefined, { within: DONE_WITHIN });
}

/** It has started up and waits: no process of it has worked for a while. Until then it may not hear what it is told. */
export async function waits(script: Script, turn: Turn): Promise<void> {
  let last = 0;
  let sinceMs = performance.now();
  const isIdle = async (): Promise<boolean> => {
    const pids = await script.node(SERVER).pids();
    const ticks = processorTicksOf(pids);
    if (ticks !== last || ticks === 0 || isAtWork(pids)) sinceMs = performance.now();
    last = ticks;
    return performance.now() - sinceMs > IDLE_MS || turn.ended !== undefined;
  };
  await script.until('your agent has started up', isIdle, { within: DONE_WITHIN });
}

/** Waits until it has ended by itself, and its stdout with it: whoever reads that waits for its end. */
export async function ends(script: Script, turn: Turn, what: string, within: Duration = ENDS_WITHIN): Promise<void> {
  const isOver = async (): Promise<boolean> => {
    if (turn.ended !== undefined) return true;
    throw new Error(`it lives on: ${commandsOf(await script.node(SERVER).pids())}`);
  };
  await script.until(what, isOver, { within });
  const { stdout } = turn.child;
  await script.until('the stdout of your agent ends with it', () => stdout.readableEnded || stdout.destroyed, { within: ENDS_WITHIN });
}

/** @throws Broken when it ended by an error that nobody caught. */
export function endsWell({ ended, stderr }: Turn, after: string): void {
  if (ended === undefined || !isUncaught(stderr.split('\n'), ended)) return;
  const error = /^(?:Uncaught )?((?:[A-Z]\w*)?Error: [^\n]*|thread .* panicked at[^\n]*)/m.exec(stderr)?.[1];
  throw new Broken(
    'CRASH',
    `${exitText(ended)}${error === undefined ? '' : `, ${error.slice(0, 200)}`} after ${after}`,
    seenCrash(SERVER, stderr),
  );
}

export function exitText(exit: Turn['ended']): string {
  return exit?.signal ? `killed by ${exit.signal}` : `exit code ${exit?.code ?? 'unknown'}`;
}

export function lastLineOf(text: string): string {
  return (
    text
      .trim()
      .split('\n')
      .findLast((line) => line.trim() !== '')
      ?.slice(0, 300) ?? ''
  );
}
