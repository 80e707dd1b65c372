// The examples of CONTRIBUTING.md are carried out as they stand there, in a copy of the sources. What is incomplete must not
// compile, and the compiler must name what is missing.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
/** What the compiler looks at, with whatever is imported from there. */
const COMPILED = ['model', 'network', 'oracles', 'runtime', 'run'].map((room) => `harness/${room}`);
const SOURCES_MAX = 2;
/** What a scenario says. */
const USE = 'use.ts';

interface Step {
  path: string;
  kind: 'ts' | 'diff';
  text: string;
}

let copy: string;
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'adding-'));
  cpSync(join(ROOT, 'harness'), join(copy, 'harness'), { recursive: true, filter: isSource });
  cpSync(join(ROOT, 'package.json'), join(copy, 'package.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  const { compilerOptions } = JSON.parse(readFileSync(join(ROOT, 'tsconfig.json'), 'utf8')) as { compilerOptions: object };
  write(USE, "import { fault } from './harness/model/faults/steps.ts';\n\nexport const step = fault('a->b', { kind: 'noop' });\n");
  write('tsconfig.json', JSON.stringify({ compilerOptions, include: [...COMPILED, USE] }));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

const LINK_FAULT = stepsOf('A link fault');
const NODE_FAULT = stepsOf('A node fault');
const ALL = [LINK_FAULT, NODE_FAULT, stepsOf('An oracle')];

test('a fault that is not complete does not compile, and the compiler names what is missing', () => {
  const linkTable = LINK_FAULT[1] as Step;
  const nodeTable = NODE_FAULT[1] as Step;
  const misnamed = linkTable.path.replace('table.ts', 'misnamed.ts');
  const lacking = [...eachLacking(LINK_FAULT[0] as Step, 11), ...eachLacking(NODE_FAULT[0] as Step, 9)];
  onTestFinished(() => {
    for (const { path } of [...lacking, { path: misnamed }]) rmSync(join(copy, path));
    cpSync(join(ROOT, nodeTable.path), join(copy, nodeTable.path));
  });
  carryOut([LINK_FAULT[0] as Step, NODE_FAULT[0] as Step]);
  for (const { path, text } of lacking) write(path, text);
  write(misnamed, added(readFileSync(join(copy, linkTable.path), 'utf8'), linkTable.text.replace('+  noop,', '+  nothing: noop,')));
  carryOut([{ ...nodeTable, text: nodeTable.text.replace('+  nothing,', '+  something: nothing,') }]);

  const errors = compile();
  for (const { path, property } of lacking) expect(errorIn(path, errors)).toMatch(new RegExp(`'${property}' is missing`));
  expect(errorIn(misnamed, errors)).toMatch(/nothing: LinkFaultType<\{ kind: "noop"; \}>/);
  expect(errorIn(USE, errors), 'its line is missing').toMatch(/"noop"/);
  expect(errorIn('harness/model/faults/node-fault.ts', errors)).toMatch(/Property 'nothing' is missing/);
}, 180_000);

test('each example is complete with a file and a line, compiles, and is known', () => {
  for (const steps of ALL) {
    expect(new Set(steps.map(({ path }) => path)).size).toBeLessThanOrEqual(SOURCES_MAX);
    carryOut(steps);
  }
  expect(compile()).toBe('');
  expect(differing()).toEqual(
    ALL.flat()
      .map(({ path }) => path)
      .sort(),
  );
  const code = `
    import { ALWAYS_ON } from './harness/oracles/table.ts';
    import { fault } from './harness/model/faults/steps.ts';
    import { stepProblem } from './harness/model/case.ts';
    import { NODE_FAULTS } from './harness/model/faults/node/table.ts';
    import { faultToToxic } from './harness/network/fault-to-toxic.ts';
    const step = fault('a->b', { kind: 'noop' });
    const { toxic } = faultToToxic('own', step, { transport: 'tcp', framing: 'raw' });
    console.log(JSON.stringify([toxic.type, stepProblem(step) ?? 'no problem', ALWAYS_ON.find(({ name }) => name === 'silence').name, NODE_FAULTS.nothing.by]));`;
  const run = spawnSync(process.execPath, ['--input-type=module', '--eval', code], { cwd: copy, encoding: 'utf8' });
  expect(run.stderr).toBe('');
  expect(JSON.parse(run.stdout)).toEqual(['noop', 'no problem', 'silence', 'strike']);
}, 180_000);

/** The same file once for each property, without it. */
function eachLacking({ path, text }: Step, atLeast: number): { path: string; property: string; text: string }[] {
  const properties = [...text.matchAll(/^ {2}(\w+): .*\n/gm)];
  expect(properties.length).toBeGreaterThanOrEqual(atLeast);
  return properties.map(([line, property = '']) => ({
    path: path.replace(/[^/]+$/, `without-${property}.ts`),
    property,
    text: text.replace(line, ''),
  }));
}

/** The files that a section of CONTRIBUTING.md shows: each has its path, then its text or the lines to add to it. */
function stepsOf(heading: string): Step[] {
  const text = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
  const section = text.split(/^### /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const steps = [...section.matchAll(/^`([^`]+)`:\n\n```(ts|diff)\n([^]*?)^```$/gm)];
  return steps.map(([, path = '', kind, body = '']) => ({ path, kind: kind as Step['kind'], text: body }));
}

function carryOut(steps: readonly Step[]): void {
  expect(steps).not.toEqual([]);
  for (const { path, kind, text } of steps) write(path, kind === 'ts' ? text : added(readFileSync(join(copy, path), 'utf8'), text));
}

/** Each line with a + goes behind the line that stands above it. */
function added(original: string, diff: string): string {
  const lines = original.split('\n');
  let at = -1;
  for (const line of diff.trimEnd().split('\n')) {
    if (line.startsWith('+')) lines.splice(++at, 0, line.slice(1));
    else at = lines.indexOf(line.slice(1));
    if (at === -1) throw new Error(`CONTRIBUTING.md shows a line that is not there: ${line}`);
  }
  return lines.join('\n');
}

/** What the compiler says; nothing when all is well. */
function compile(): string {
  const { stdout, stderr, error } = spawnSync(join(ROOT, 'node_modules/.bin/tsc'), ['--project', copy, '--pretty', 'false'], {
    encoding: 'utf8',
    cwd: copy,
  });
  if (error) throw error;
  return `${stdout}${stderr}`;
}

function errorIn(path: string, errors: string): string {
  const [, said = 'it compiles'] = new RegExp(`^${path}\\(.*?\\): (error [^]*?)(?=^\\w|$(?![^]))`, 'm').exec(errors) ?? [];
  return said;
}

/** The sources of the copy that are not as in the tree, sorted. */
function differing(): string[] {
  const all = readdirSync(join(copy, 'harness'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return all
    .map((file) => join('harness', file))
    .filter((file) => readFileSync(join(copy, file), 'utf8') !== textOrNone(join(ROOT, file)))
    .sort();
}

function textOrNone(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function isSource(path: string): boolean {
  return !/\.(test|contract|double)\.ts$/.test(path) && !['testing', 'node_modules', 'dist'].includes(basename(path));
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(copy, path)), { recursive: true });
  writeFileSync(join(copy, path), text);
}
