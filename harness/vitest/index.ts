// Each scenario becomes a test. `vitest -t` selects one. The line that replays it stands under a failed test.
import '../node-22.ts';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { milliseconds } from '../model/time/duration.ts';
import { hash32 } from '../model/values/seed.ts';
import { pathPartOf } from '../model/values/path-part.ts';
import { resultPaths, runPaths } from '../results/paths.ts';
import { saveRepro } from '../results/repro-file.ts';
import { sweepDeadRuns } from '../runtime/registry/sweep.ts';
import { assemble, type Assembly } from '../cli/base/assemble.ts';
import { planCases } from '../cli/campaign/cases.ts';
import { replayLine } from '../cli/campaign/campaign.ts';
import { defectsOf } from '../cli/campaign/defects-of.ts';
import { catalogue } from '../cli/commands/list.ts';
import { held, knownFlawsOf } from '../cli/campaign/known-flaws.ts';
import { makerOf } from '../cli/campaign/maker.ts';
import { projectAt, type Project } from '../cli/project/project.ts';
import { loadHere } from './load-here.ts';

/** Beside a scenario's own bound: boot, rest and stop, and rounds, which have a budget of their own. */
const AROUND_MS = 180_000;

/** Vitest keeps a timeout in 31 bits; a scenario's own bound holds in any case, so a longer one needs none (0). */
function timeoutFor(withinMs: number): number {
  return withinMs + AROUND_MS < 2 ** 31 ? withinMs + AROUND_MS : 0;
}

/**
 * Vitest's default is to refuse a tag that its configuration does not declare, with an error that names it in quotes. A scenario
 * is a test without such a tag.
 */
function withDeclared(tags: readonly string[], register: (declared: readonly string[]) => void): void {
  try {
    register(tags);
  } catch (error) {
    const declared = tags.filter((tag) => !(error as Error).message.includes(`"${tag}"`));
    if (declared.length === tags.length) throw error;
    withDeclared(declared, register);
  }
}

/** Registers every scenario under `folder`'s project. Await it at the top level of a test file. */
export async function registerScenarios(folder: string): Promise<void> {
  const project = projectAt(folder);
  const { described, named, availability } = await loadHere(project);
  const seed = Number(process.env['TORNWIRE_SEED'] ?? hash32('vitest'));
  const planned = await planCases(described, described, { seed, repeat: 1, runtime: 'process', engine: 'auto' }, availability);
  const flaws = await knownFlawsOf(project.root, described);
  const assembly = lazily(async () => {
    await sweepDeadRuns();
    return assemble();
  });
  afterAll(async () => {
    await assembly.existing()?.[Symbol.asyncDispose]();
  });
  describe.concurrent('scenarios', () => {
    for (const item of planned) {
      const { name, title, tags } = item.scenario;
      const scenario = named.get(name);
      const timeout = timeoutFor(milliseconds(scenario?.scenario.within ?? 0));
      withDeclared(tags, (declared) =>
        test(`${name}: ${title}`, { timeout, tags: [...declared] }, async ({ skip, signal, annotate }) => {
          if (item.skipped !== undefined) return skip(item.skipped.reason);
          if (!scenario || item.unplayable) throw new Error(item.unplayable?.detail);
          const here = await assembly.get();
          const { result, accepted } = held(await here.run(scenario, item.case, caseFolder(project, name), signal), item.scenario, flaws);
          for (const { oracle, message, reason, until } of accepted)
            await annotate(`accepted until ${until} (${reason}): ${oracle}: ${message}`, 'warning');
          if (result.verdict.outcome === 'pass') return;
          // As on the command line: what no engine here can carry was not played, so nothing failed.
          if (result.verdict.outcome === 'unknown' && result.verdict.reason === 'refused') return skip(result.verdict.detail);
          const replay =
            result.verdict.outcome === 'fail'
              ? (await saveRepro(resultPaths(project.results), result, await makerOf(project.root), project.root)).command
              : replayLine(item);
          await annotate(`replay: ${replay}`, 'error');
          const what =
            result.verdict.outcome === 'fail'
              ? result.verdict.findings.map((f) => `${f.oracle}: ${f.message}`).join('\n')
              : `unknown, ${result.verdict.reason}: ${result.verdict.detail}`;
          throw new Error(`${what}\nreplay: ${replay}`);
        }),
      );
    }
  });
}

/** Tests that the generated documentation is current; `vitest run -u` writes it anew. Paths are seen from `folder`. */
export async function registerCatalogue(folder: string, files: { scenarios: string; defects: string }): Promise<void> {
  const { described: scenarios } = await loadHere(projectAt(folder));
  const defects = await defectsOf(scenarios);
  for (const what of ['scenarios', 'defects'] as const) {
    test(`the catalogue of ${what} is what the ${what} say`, async () => {
      await expect(catalogue(what, scenarios, defects)).toMatchFileSnapshot(join(folder, files[what]));
    });
  }
}

function caseFolder(project: Project, name: string): string {
  return join(runPaths(resultPaths(project.results), `vitest-${process.pid}`).folder, 'cases', pathPartOf(name));
}

function lazily(make: () => Promise<Assembly>): { get(): Promise<Assembly>; existing(): Assembly | undefined } {
  let made: Promise<Assembly> | undefined;
  let existing: Assembly | undefined;
  return {
    get: () => (made ??= make().then((assembly) => (existing = assembly))),
    existing: () => existing,
  };
}
