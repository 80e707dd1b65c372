// `npm run bench`: every promised figure with its target and the command that repeats it.
// `-- --list` names them; `-- <name> --json` runs one and prints one JSON line a figure, the named one last.
// Exit code: 0 every figure is kept, 1 one was missed, 4 one could not be measured, 2 usage.
import { parseArgs } from 'node:util';
import { oneLine } from '../report/plain.ts';
import { countedInWords, exitCodeOf, notMeasured, type Row } from './row.ts';
import { BENCHMARKS, type Benchmark } from './table.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { list: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
});
process.exitCode = values.list ? list() : await measure(positionals, values.json);

function list(): number {
  for (const { name, what } of BENCHMARKS) process.stdout.write(`${name.padEnd(22)} ${what}\n`);
  return 0;
}

async function measure(names: readonly string[], json: boolean): Promise<number> {
  const unknown = names.find((name) => !BENCHMARKS.some((benchmark) => benchmark.name === name));
  if (unknown !== undefined) {
    process.stderr.write(`bench: no figure '${unknown}'; there are ${BENCHMARKS.map((benchmark) => benchmark.name).join(', ')}\n`);
    return 2;
  }
  const rows: Row[] = [];
  if (!json) process.stdout.write(`${line('figure', 'value', 'target', '', 'unit')}\n`);
  for (const benchmark of BENCHMARKS) {
    if (names.length > 0 && !names.includes(benchmark.name)) continue;
    for (const row of await rowsOf(benchmark)) {
      rows.push(row);
      process.stdout.write(json ? `${JSON.stringify(row)}\n` : `${lineOf(row)}\n`);
    }
    if (!json) process.stdout.write(`    repeat: npm run bench -- ${benchmark.name} --json\n`);
  }
  if (!json) process.stdout.write(`${countedInWords(rows)}\n`);
  return exitCodeOf(rows);
}

/** A benchmark that cannot be carried out here keeps nobody from the others. */
async function rowsOf(benchmark: Benchmark): Promise<readonly Row[]> {
  try {
    return await benchmark.run();
  } catch (error) {
    return [notMeasured(benchmark.name, (error as Error).message)];
  }
}

function lineOf({ name, value, target, ok, unit, notMeasured: why }: Row): string {
  if (why !== undefined) return `${name.padEnd(34)} not measured: ${oneLine(why)}`;
  return line(name, text(value ?? Number.NaN), target, ok ? 'ok' : 'MISSED', unit);
}

function line(name: string, value: string, target: string, verdict: string, unit: string): string {
  return `${name.padEnd(34)} ${value.padStart(10)}  ${target.padEnd(12)} ${verdict.padEnd(7)} ${unit}`;
}

function text(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(6);
}
