// The tools of `tornwire mcp`: what a coding agent needs to find a failure, see what happened, and show that it is fixed.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';
import { CODES, explain } from '../../model/codes/explain.ts';
import { oneLine } from '../../report/plain.ts';
import { storyFrom } from '../../report/show/story-from.ts';
import { storyText } from '../../report/show/story-text.ts';
import { countsLine, needsAttention } from '../../report/terminal.ts';
import type { CaseRow, Summary } from '../../results/summary.ts';
import { findCase, placeOfResults, seenFromHere } from '../project/found.ts';
import { ownCommand, type Ended } from './own-command.ts';
import type { Calling, Tool, ToolResult } from './protocol.ts';

const filters = z.array(z.string()).default([]).describe('a name, a part of a name or title, or @tag; all scenarios when empty');

export const INSTRUCTIONS =
  'Tornwire runs scenarios that break the links between real programs, and judges them. Usual order: list, run, show, change the program, ' +
  'then repro with times until it says that the failure is fixed. Verdicts: pass, fail, unknown (nothing was learnt), skipped.';

const FAILURES_MAX = 20;

function tool<T extends z.ZodType>(
  about: Omit<Tool, 'input' | 'call'> & { input: T },
  call: (input: z.output<T>, calling: Calling) => Promise<ToolResult>,
): Tool {
  return { ...about, call: (input, calling) => call(input as z.output<T>, calling) };
}

export const TOOLS: readonly Tool[] = [
  tool(
    {
      name: 'list',
      title: 'List scenarios',
      description: 'Lists scenarios, their tags and the reported bugs that they catch.',
      readOnly: true,
      input: z.object({ filters }),
    },
    async (input, { signal }) => {
      const ended = await ownCommand(['list', '--json', '--', ...input.filters], signal, () => {});
      const scenarios = jsonOf(ended) as { name: string; title: string; tags: string[] }[] | undefined;
      if (!scenarios) return failure(ended);
      const lines = scenarios.map(({ name, title, tags }) => `${name}: ${title}${tags.map((tag) => ` @${tag}`).join('')}`);
      return { text: lines.join('\n'), structured: { scenarios } };
    },
  ),
  tool(
    {
      name: 'run',
      title: 'Run scenarios',
      description: 'Runs scenarios and judges them. Says what failed, the story of the first failure, and the file that repro replays.',
      readOnly: false,
      input: z.object({
        filters,
        seed: z.int().min(0).optional().describe('decides every choice of the run'),
        repeat: z.int().min(1).max(1_000).default(1).describe('run every case so many times'),
        defect: z.string().optional().describe('bring this reported bug back: the run succeeds when its oracle catches it'),
      }),
    },
    async ({ filters: wanted, seed, repeat, defect }, calling) => {
      const words = [
        'run',
        '--json',
        '--repeat',
        String(repeat),
        ...option('--seed', seed),
        ...option('--defect', defect),
        '--',
        ...wanted,
      ];
      const ended = await ownCommand(words, calling.signal, progressTo(calling));
      const summary = jsonOf(ended) as Summary | undefined;
      return summary ? await outcomeOf(summary, ended.code) : failure(ended);
    },
  ),
  tool(
    {
      name: 'show',
      title: 'Show a case',
      description:
        'What happened in a case: sentence, expected and actual, the first wrong event, the fault, the events around it, the replay line.',
      readOnly: true,
      input: z.object({
        case: z.string().optional().describe('its folder, number, scenario or repro file; by default the first failure of the latest run'),
      }),
    },
    async (input) => {
      const { row, history, folder } = await findCase(placeOfResults(), input.case);
      if (!row) return { text: `the case in ${seenFromHere(folder)} has no verdict`, isError: true };
      const story = await storyFrom(row, history);
      return { text: stripVTControlCharacters(storyText(row, story, seenFromHere(history))), structured: { case: row, story } };
    },
  ),
  tool(
    {
      name: 'repro',
      title: 'Replay a failure',
      description:
        'Replays a saved failing case and says how often it came back, and after how many clean replays it is fixed with 95 % confidence.',
      readOnly: false,
      input: z.object({
        file: z.string().describe('a file of results/repros/, as run names it'),
        times: z.int().min(1).max(1_000).default(1),
      }),
    },
    async ({ file, times }, calling) => {
      const ended = await ownCommand(['repro', '--json', '--times', String(times), '--', file], calling.signal, progressTo(calling));
      const summary = jsonOf(ended) as (Summary & { reproduced: object }) | undefined;
      if (!summary) return failure(ended);
      const said = ended.err.split('\n').filter((line) => /^(reproduced|fixed|could not tell|first difference|every fault)/.test(line));
      return { text: said.join('\n'), structured: { exitCode: ended.code, reproduced: summary.reproduced, counts: summary.counts } };
    },
  ),
  tool(
    {
      name: 'explain',
      title: 'Explain a code',
      description: 'What a code of a message (TW-...) means, what usually causes it, and how to look closer. Without a code: all codes.',
      readOnly: true,
      input: z.object({ code: z.string().optional() }),
    },
    async ({ code }) => {
      if (code === undefined) return { text: CODES.join('\n'), structured: { codes: CODES } };
      const found = explain(code);
      if (!found) return { text: `there is no code '${code}'`, isError: true };
      return { text: [`${found.code}: ${found.means}`, ...found.causes, ...found.closer].join('\n'), structured: found };
    },
  ),
];

function option(name: string, value: string | number | undefined): string[] {
  return value === undefined ? [] : [`${name}=${value}`];
}

/** `3/12 FAIL echo/hangs` */
function progressTo({ progress }: Calling): (line: string) => void {
  return (line) => {
    const [, done, total, message] = /^\s*(\d+)\/(\d+) (.*)$/.exec(line) ?? [];
    if (done !== undefined) progress(Number(done), Number(total), oneLine(message ?? ''));
  };
}

async function outcomeOf(summary: Summary, exitCode: number | null): Promise<ToolResult> {
  const bad = summary.cases.filter(needsAttention);
  const [first] = bad;
  const history = first?.folder ? join(placeOfResults().root, first.folder, 'history.ndjson') : undefined;
  const story =
    first && history !== undefined && existsSync(history)
      ? storyText(first, await storyFrom(first, history), seenFromHere(history))
      : undefined;
  const text = [
    countsLine(summary),
    ...bad.slice(0, FAILURES_MAX).map(lineOf),
    ...(story === undefined ? [] : ['', stripVTControlCharacters(story)]),
  ];
  const failures = bad.slice(0, FAILURES_MAX).map(({ scenario, verdict, oracle, reason, findings, folder, repro, replay }) => ({
    scenario,
    verdict,
    oracle,
    reason,
    findings,
    folder,
    repro,
    replay,
  }));
  const { counts, folder, seed, finished, interrupted } = summary;
  return {
    text: text.join('\n'),
    structured: { exitCode, counts, seed, folder, finished, interrupted, failures, failuresInAll: bad.length },
  };
}

function lineOf(row: CaseRow): string {
  return oneLine(
    `${row.verdict}${row.oracle === null ? '' : ` by ${row.oracle}`}: ${row.scenario}: ${row.findings[0]?.message ?? row.reason ?? row.title}`,
  );
}

function jsonOf({ out }: Ended): unknown {
  try {
    return JSON.parse(out);
  } catch {
    return undefined;
  }
}

/** What the command says in its last lines. */
function failure({ code, err }: Ended): ToolResult {
  const said = err.trimEnd().split('\n').slice(-5).join('\n');
  return { text: `exit code ${code ?? 'none, it was killed'}: ${said}`, isError: true };
}
