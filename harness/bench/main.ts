// `npm run bench`: every promised figure with its target and the command that repeats it.
// `-- --list` names them; `-- <name> --json` runs one and prints one JSON line a figure, the named one last.
import { parseArgs } from 'node:util';
import type { Row } from './row.ts';
import { BENCHMARKS } from './table.ts';

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
    for (const row of await benchmark.run()) {
      rows.push(row);
      process.stdout.write(
        json ? `${JSON.stringify(row)}\n` : `${line(row.name, text(row.value), row.target, row.ok ? 'ok' : 'MISSED', row.unit)}\n`,
      );
    }
    if (!json) process.stdout.write(`    repeat: npm run bench -- ${benchmark.name} --json\n`);
  }
  return rows.every((row) => row.ok) ? 0 : 1;
}

function line(name: string, value: string, target: string, verdict: string, unit: string): string {
  return `${name.padEnd(34)} ${value.padStart(10)}  ${target.padEnd(12)} ${verdict.padEnd(7)} ${unit}`;
}

function text(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(6);
}
