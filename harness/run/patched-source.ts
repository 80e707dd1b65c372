// A copy of the system's code with one defect brought back. The copy lies in the case's folder. Its packages resolve
// through a link to the original's node_modules, in containers too.
import { access, cp, mkdir, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { System } from '../model/scenario.ts';
import { TornwireError } from '../model/values/tornwire-error.ts';
import { EXIT } from '../model/values/exit-code.ts';

export interface Source extends AsyncDisposable {
  folder: string | undefined;
}

/** Of the copy, in its case's folder. */
export const SOURCE_FOLDER = 'source';

/** The defect is unknown, or its patch no longer applies. */
export class DefectError extends TornwireError {
  readonly exitCode = EXIT.harness;
}

export async function sourceFor(system: System, defect: string | undefined, folder: string): Promise<Source> {
  const source = system.source;
  if (defect === undefined) return { folder: source?.folder, async [Symbol.asyncDispose]() {} };
  if (!source) throw new DefectError(`system '${system.name}' declares no source, so defect '${defect}' cannot be brought back`);
  const patch = await defectFile(source.defects, defect);
  const root = sourceCopyIn(folder);
  const copy = join(root, basename(source.folder));
  await using undo = new AsyncDisposableStack();
  undo.defer(() => rm(root, { recursive: true, force: true }));
  await copySource(source.folder, copy).catch((cause: Error) => {
    throw new DefectError(`the code cannot be copied for defect '${defect}': ${cause.message}`, { cause });
  });
  await applyPatch(patch, copy);
  const kept = undo.move();
  return { folder: copy, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** @param folder of a case. */
export function sourceCopyIn(folder: string): string {
  return join(folder, SOURCE_FOLDER);
}

async function copySource(folder: string, copy: string): Promise<void> {
  await mkdir(dirname(copy), { recursive: true });
  await cp(folder, copy, { recursive: true, filter: (path) => !path.endsWith('.test.ts') });
  const modules = await nearestModules(folder);
  if (modules !== undefined) await symlink(modules, join(dirname(copy), 'node_modules'));
}

export interface Defect {
  id: string;
  file: string;
  /** Names from the prose head: Reported, Seen, Scenario, Oracle. */
  head: Readonly<Record<string, string>>;
}

/** Every defect patch of a folder, by id in natural order. */
export async function defectsIn(folder: string): Promise<Defect[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.patch'));
  const defects = await Promise.all(files.map((file) => readDefect(join(folder, file))));
  return defects.sort((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }));
}

async function readDefect(file: string): Promise<Defect> {
  const text = await readFile(file, 'utf8');
  const prose = text.slice(0, text.indexOf('\ndiff --git'));
  const head = Object.fromEntries(
    [...prose.matchAll(/^([A-Z][a-z]+): (.*(?:\n(?![A-Z][a-z]+: ).+)*)/gm)].map((m) => [m[1], m[2]?.replaceAll(/\s*\n\s*/g, ' ')]),
  );
  return { id: basename(file).split('-')[0] as string, file, head: head as Record<string, string> };
}

async function defectFile(folder: string, id: string): Promise<string> {
  const defects = await defectsIn(folder);
  const found = defects.find((defect) => defect.id === id);
  if (!found) throw new DefectError(`no defect '${id}'; there are ${defects.map((defect) => defect.id).join(', ')}`);
  return found.file;
}

/** Whether the patch still fits the code; if not, which patch, file and hunk. Changes nothing. @throws DefectError without git */
export async function patchProblem(defect: Defect, folder: string): Promise<string | undefined> {
  const problem = await gitApply(defect.file, folder, '--check');
  return problem && `${basename(defect.file)} no longer applies: ${problem}`;
}

async function applyPatch(patch: string, copy: string): Promise<void> {
  const problem = await gitApply(patch, copy);
  if (problem !== undefined) throw new DefectError(`${basename(patch)} no longer applies: ${problem}`);
}

async function gitApply(patch: string, folder: string, ...words: readonly string[]): Promise<string | undefined> {
  const { execa } = await import('execa');
  // The ceiling keeps git from taking the folder for a part of an outer repository and skipping its files.
  const env = { ...process.env, GIT_CEILING_DIRECTORIES: dirname(folder), GIT_DIR: undefined };
  try {
    await execa('git', ['apply', '--whitespace=nowarn', ...words, patch], { cwd: folder, env, timeout: 20_000 });
    return undefined;
  } catch (cause) {
    const { code, stderr } = cause as { code?: unknown; stderr?: string };
    if (code === 'ENOENT') throw new DefectError('git is not installed: defects are applied with it (apt-get install git)', { cause });
    return failedHunks(stderr ?? '', await readFile(patch, 'utf8'));
  }
}

/** git names a file and a line; the hunk that begins there is what somebody will look for in the patch. */
function failedHunks(stderr: string, patch: string): string {
  const failed = [...stderr.matchAll(/^error: patch failed: (.*):(\d+)$/gm)].map(([, file = '', line = '']) => {
    const part = patch.split(/^diff --git /m).find((text) => text.includes(`\n--- a/${file}\n`)) ?? '';
    const hunks = [...part.matchAll(/^@@ -(\d+)(?:,\d+)? \+\d+(?:,\d+)? @@/gm)];
    const index = hunks.findIndex((hunk) => hunk[1] === line);
    return index < 0 ? `${file}, line ${line}` : `${file}, hunk ${index + 1} of ${hunks.length} (${hunks[index]?.[0]})`;
  });
  return failed.length > 0 ? failed.join('; ') : stderr.trim().replaceAll(/\s*\n\s*/g, '; ');
}

async function nearestModules(folder: string): Promise<string | undefined> {
  for (let at = folder; at !== dirname(at); at = dirname(at)) {
    const modules = join(at, 'node_modules');
    const there = await access(modules).then(
      () => true,
      () => false,
    );
    if (there) return modules;
  }
  return undefined;
}
