// The scenarios of a self-test's project: two for each pair, which differ in the program that is started.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineScenario, type Scenario } from '../model/scenario.ts';
import { TWINS, type Pair, type Twin } from './base/pair.ts';
import type { Talk } from './base/talk.ts';
import { wordsOf } from './project.ts';
import { PAIRS } from './table.ts';
import { lacking, type Tools } from './tools.ts';

/** By the key of each variant. @param folder which makeProject has filled */
export function scenariosOf(folder: string): Record<string, Scenario<Talk>> {
  const tools = JSON.parse(readFileSync(join(folder, 'tools.json'), 'utf8')) as Tools;
  const variants = PAIRS.flatMap((pair) => TWINS.map((twin) => [variantOf(pair, twin), scenarioOf(pair, twin, folder, tools)] as const));
  return Object.fromEntries(variants);
}

function variantOf({ name }: Pair, twin: Twin): string {
  return `${name}-${twin}`;
}

/** As the commands call it: its file, and its key there. */
export function scenarioNameOf(pair: Pair, twin: Twin): string {
  return `pairs/${variantOf(pair, twin)}`;
}

function scenarioOf(pair: Pair, twin: Twin, folder: string, tools: Tools): Scenario<Talk> {
  const { plot, shape, oracle, language, bug } = pair;
  const { script, schedule = [], ...about } = plot;
  const missing = lacking(language, tools);
  return defineScenario<Talk>({
    truths: [],
    ...about,
    title: twin === 'bug' ? `${pair.name}: ${bug}` : `${pair.name}: its clean twin`,
    expectation: twin === 'bug' ? `${pair.outcome} by ${oracle}` : 'pass',
    tags: [oracle, language, shape.speech, twin],
    schedule: typeof schedule === 'function' ? schedule(twin) : schedule,
    system: shape.system(wordsOf(folder, tools, pair, twin)),
    script: (context) => script(context, twin),
    ...(missing !== undefined && { unavailable: () => missing }),
  });
}
