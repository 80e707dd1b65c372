// `tornwire pack <repro>`: one file with all that is needed to play a failing case elsewhere, and what was seen of it here.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, join, relative, resolve, sep } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import type { DescribedScenario } from '../../../model/described-scenario.ts';
import type { Repro } from '../../../model/repro.ts';
import { secretsInVariables, secretsOfSystem } from '../../../model/secrets/secret-values.ts';
import { EXIT } from '../../../model/values/exit-code.ts';
import { oneLine } from '../../../report/plain.ts';
import { storyFrom } from '../../../report/show/story-from.ts';
import { storyText } from '../../../report/show/story-text.ts';
import { RESULT_MODE } from '../../../results/atomic-file.ts';
import { readRepro } from '../../../results/repro-file.ts';
import { redactorHere } from '../../base/secrets.ts';
import { VERSION } from '../../base/version.ts';
import { suggestion, UsageError } from '../../base/usage-error.ts';
import { packed, pathProblem } from '../../archive/pack-file.ts';
import { sourcesOf } from '../../archive/sources.ts';
import { findCase } from '../../project/found.ts';
import { loadScenarios, projectAt, type Project } from '../../project/project.ts';
import type { Crew } from '../../worker/crew.ts';

export interface PackOptions {
  output?: string;
  with?: readonly string[];
  patch?: boolean;
  json?: boolean;
}

/** Every shell has them, with values of its own. */
const EVERYWHERE: readonly string[] = ['PATH', 'HOME', 'PWD', 'TMPDIR', 'USER', 'SHELL', 'LANG', 'NODE_ENV'];
const HISTORY_BYTES_MAX = 64 * 1_024 * 1_024;

export async function pack(file: string, options: PackOptions, crew: Crew): Promise<number> {
  const project = projectAt(process.cwd());
  const saved = await readRepro(resolve(file));
  const scenario = scenarioOf(saved, file, await loadScenarios(project, crew));
  const more = (options.with ?? []).map((each) => resolve(each));
  const absent = more.find((each) => !existsSync(each));
  if (absent !== undefined) throw new UsageError(`--with ${absent} is not there`);
  const sources = sourcesOf(scenario, project.root, more);
  const redact = redactorHere().knowing(scenario.topology ? secretsOfSystem(scenario.topology, scenario.schedule) : []);
  const files = new Map<string, Uint8Array>([['repro.json', await readFile(resolve(file))]]);
  const missing = [...sources.missing];
  for (const source of sources.files) {
    const path = `project/${relative(project.root, source).split(sep).join('/')}`;
    const body = readFileSync(source);
    const text = body.toString('utf8');
    const problem = pathProblem(path) ?? (knownSecretIn(text) ? 'it holds the value of a secret variable' : undefined);
    if (problem === undefined) files.set(path, body);
    else missing.push(`${path}: ${problem}`);
  }
  for (const [path, body] of await evidenceOf(project, file)) files.set(path, body);
  const { commit, dirty } = await gitState(project.root);
  if (options.patch) files.set('dirty.patch', Buffer.from(redact.text(await gitText(project.root, ['diff', 'HEAD', '--binary']))));
  const about = {
    createdAt: new Date().toISOString(),
    scenario: scenario.name,
    message: saved.message,
    tornwire: VERSION,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    commit,
    dirty,
    variables: sources.variables.filter((name) => process.env[name] !== undefined && !EVERYWHERE.includes(name)),
    packages: sources.packages.map((name) => ({ name, version: versionOf(name, project.root) })),
    programs: [...sources.programs],
    missing,
  };
  const output = resolve(options.output ?? `${basename(file, '.json')}.tornwire.tar.gz`);
  await writeFile(output, await packed(about, files), { mode: RESULT_MODE });
  tell(relative(process.cwd(), output), about, files.size, (await stat(output)).size, options.json === true);
  return EXIT.pass;
}

/** The value itself, as it stands in a variable here; what only looks like a secret is the author's to decide. */
function knownSecretIn(text: string): boolean {
  const values = secretsInVariables(process.env);
  return values.some((value) => value.length >= 8 && text.includes(value));
}

function scenarioOf(saved: Repro, file: string, all: readonly DescribedScenario[]): DescribedScenario {
  const found = all.find(({ name }) => name === saved.case.scenario);
  if (found) return found;
  throw new UsageError(
    `${file} is of scenario '${saved.case.scenario}', which is not here${suggestion(
      saved.case.scenario,
      all.map(({ name }) => name),
    )}`,
  );
}

/** What was seen here, where it still lies in the results. */
async function evidenceOf(project: Project, file: string): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const found = await findCase(project, file).catch(() => undefined);
  if (!found) return files;
  if ((await stat(found.history)).size <= HISTORY_BYTES_MAX) files.set('evidence/history.ndjson', await readFile(found.history));
  if (found.row) {
    const story = storyText(found.row, await storyFrom(found.row, found.history));
    files.set('evidence/story.txt', Buffer.from(`${stripVTControlCharacters(story)}\n`));
  }
  const report = found.run && join(found.run.folder, 'report.html');
  if (report !== undefined && existsSync(report)) files.set('evidence/report.html', await readFile(report));
  return files;
}

async function gitState(root: string): Promise<{ commit: string | null; dirty: string[] }> {
  const commit = (await gitText(root, ['rev-parse', 'HEAD'])).trim();
  const dirty = (await gitText(root, ['status', '--porcelain', '--untracked-files=all', '--', '.']))
    .split('\n')
    .filter((line) => line !== '');
  return { commit: commit === '' ? null : commit, dirty: dirty.map((line) => line.slice(3)).slice(0, 200) };
}

const run = promisify(execFile);

/** Empty where there is no repository. */
async function gitText(root: string, words: readonly string[]): Promise<string> {
  return await run('git', [...words], { cwd: root, timeout: 20_000, maxBuffer: HISTORY_BYTES_MAX }).then(
    ({ stdout }) => stdout,
    () => '',
  );
}

function versionOf(name: string, root: string): string | null {
  try {
    const paths = createRequire(join(root, 'package.json')).resolve.paths(name) ?? [];
    const file = paths.map((path) => join(path, name, 'package.json')).find((each) => existsSync(each));
    return file === undefined ? null : ((JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version ?? null);
  } catch {
    return null;
  }
}

function tell(
  output: string,
  about: { missing: readonly string[]; variables: readonly string[] },
  count: number,
  bytes: number,
  json: boolean,
): void {
  if (json) {
    process.stdout.write(`${JSON.stringify({ version: 1, file: output, files: count, bytes, ...about }, null, 2)}\n`);
    return;
  }
  const lines = [
    `${output}: ${count} files, ${Math.ceil(bytes / 1_024)} KiB`,
    ...about.missing.map((what) => `not in it: ${oneLine(what)}`),
    ...(about.variables.length > 0
      ? [`it reads the variables ${about.variables.join(', ')}: their names are in it, their values are not`]
      : []),
    `elsewhere: npx tornwire repro ${output} --trust`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
