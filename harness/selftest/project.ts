// Makes a project of the pairs: their programs, as files that anybody can start and compare, and one scenario file. Whoever
// enters its folder can use every command of Tornwire there.
import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { programFile } from '../model/values/program-file.ts';
import { TWINS, type Change, type Pair, type Twin, type Words } from './base/pair.ts';
import { toolsHere, type Tools } from './tools.ts';

const run = promisify(execFile);
/** Compiling takes a core each. */
const COMPILERS = 2;
const SHARED = 'shared';

/** The folder of the programs as they were written, without any bug. */
export function programsFolder(): string {
  return dirname(programFile(import.meta.url, './programs/hand.mjs'));
}

/** @returns what this machine has for the pairs. @throws Error when a program that should compile does not. */
export async function makeProject(root: string, pairs: readonly Pair[]): Promise<Tools> {
  const programs = join(root, 'programs');
  await rm(programs, { recursive: true, force: true });
  await mkdir(join(root, 'scenarios'), { recursive: true });
  await cp(programsFolder(), join(programs, SHARED), { recursive: true });
  await Promise.all(pairs.map((pair) => writeTwins(programs, pair)));
  const tools = await toolsHere();
  await writeFile(join(root, 'tools.json'), JSON.stringify(tools));
  await writeFile(join(root, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const scenarios = pathToFileURL(programFile(import.meta.url, './scenarios.ts')).href;
  const text = `import { scenariosOf } from '${scenarios}';\n\nexport default scenariosOf(${JSON.stringify(root)});\n`;
  await writeFile(join(root, 'scenarios', 'pairs.scenario.mjs'), text);
  if (tools.compiler !== undefined) await compile(programs, tools.compiler);
  return tools;
}

async function writeTwins(programs: string, pair: Pair): Promise<void> {
  if (pair.program === undefined) return;
  const text = await readFile(join(programs, SHARED, pair.program), 'utf8');
  await mkdir(join(programs, pair.name));
  for (const twin of TWINS) await writeFile(join(programs, pair.name, `${twin}${extname(pair.program)}`), twinOf(text, pair, twin));
}

/** The program's text as this twin has it. @throws Error unless what is changed stands there exactly once. */
export function twinOf(text: string, pair: Pair, twin: Twin): string {
  const change = twin === 'bug' ? pair.change : pair.lookAlike;
  return change === undefined ? text : changed(text, change, `${pair.name} (${pair.program})`);
}

function changed(text: string, [from, to]: Change, name: string): string {
  const parts = text.split(from);
  if (parts.length !== 2) throw new Error(`${name}: '${from}' stands ${parts.length - 1} times in the program, not once`);
  return parts.join(to);
}

async function compile(programs: string, compiler: string): Promise<void> {
  const sources = (await readdir(programs, { recursive: true })).filter((file) => file.endsWith('.c'));
  const next = async (): Promise<void> => {
    for (let source = sources.pop(); source !== undefined; source = sources.pop()) {
      const file = join(programs, source);
      await run(compiler, ['-O1', '-w', '-pthread', '-o', file.slice(0, -'.c'.length), file]);
    }
  };
  await Promise.all(Array.from({ length: COMPILERS }, next));
}

/** How the programs of this pair are started. */
export function wordsOf(root: string, tools: Tools, pair: Pair, twin: Twin): Words {
  return (program) => {
    const folder = join(root, 'programs');
    const file = program === pair.program ? join(folder, pair.name, `${twin}${extname(program)}`) : join(folder, SHARED, program);
    switch (extname(program)) {
      case '.py':
        return [tools.python ?? 'python3', file];
      case '.c':
        return [file.slice(0, -'.c'.length)];
      case '.sh':
        return ['sh', file];
      default:
        return ['{node}', file];
    }
  };
}
