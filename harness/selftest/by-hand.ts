// Both twins of a pair without a harness: what a stranger would type, and whether it shows what the table says.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TWINS, type Pair, type Twin } from './base/pair.ts';
import { wordsOf } from './project.ts';
import { lacking, type Tools } from './tools.ts';

const WITHIN_MS = 60_000;
const run = promisify(execFile);

export interface SeenByHand {
  twin: Twin;
  wanted: string;
  saw: string;
}

/** A command line as people type it, with the variables in front. */
function handWords(root: string, tools: Tools, pair: Pair, twin: Twin): { words: string[]; env: Readonly<Record<string, string>> } {
  const of = wordsOf(root, tools, pair, twin);
  const { options, env, programs } = pair.shape.hand((program) => of(program).map(asNode));
  const started = programs.flatMap((words) => ['--', ...words]);
  return { words: [join(root, 'programs', 'shared', 'hand.mjs'), pair.hand.steps, ...options, ...started], env };
}

function asNode(word: string): string {
  return word === '{node}' ? process.execPath : word;
}

/** Empty where the machine lacks what the pair needs. Never rejects: what goes wrong is what was seen. */
export async function byHand(root: string, tools: Tools, pair: Pair): Promise<SeenByHand[]> {
  if (lacking(pair.language, tools) !== undefined) return [];
  return await Promise.all(TWINS.map(async (twin) => ({ twin, wanted: pair.hand[twin], saw: await seen(root, tools, pair, twin) })));
}

async function seen(root: string, tools: Tools, pair: Pair, twin: Twin): Promise<string> {
  const { words, env } = handWords(root, tools, pair, twin);
  try {
    const { stdout } = await run(process.execPath, words, { env: { ...process.env, ...env }, timeout: WITHIN_MS });
    return stdout.trim();
  } catch (error) {
    return `the hand slipped: ${(error as Error).message.split('\n').find((line) => /Error/.test(line)) ?? (error as Error).message}`;
  }
}
