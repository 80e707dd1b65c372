// What is compiled, as small as it serves: who imports the package needs the declarations of its doors and of what these name, and a
// stack needs the line of the source, not every word of it.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { decode, encode } from '@jridgewell/sourcemap-codec';

const IMPORTED = /(?:\bfrom|\bimport)\s*\(?\s*['"](\.[^'"]+)['"]/g;

/** @param doors the declarations that the package exports, from `compiled` on: `clients/index.d.ts` */
export function removeUnusedDeclarations(compiled: string, doors: readonly string[]): void {
  const used = new Set<string>();
  const reach = (file: string): void => {
    if (used.has(file)) return;
    used.add(file);
    for (const [, path = ''] of readFileSync(join(compiled, file), 'utf8').matchAll(IMPORTED))
      reach(normalize(join(dirname(file), path.replace(/\.[jt]s$/, '.d.ts'))));
  };
  doors.forEach(reach);
  for (const file of filesIn(compiled, '.d.ts')) if (!used.has(file)) rmSync(join(compiled, file));
}

/** Each line of the compiled files is mapped to the line of the source at which it begins: the maps are a fifth as large. */
export function mapLinesOnly(compiled: string): void {
  for (const file of filesIn(compiled, '.js.map')) {
    const path = join(compiled, file);
    const map = JSON.parse(readFileSync(path, 'utf8')) as { mappings: string };
    writeFileSync(path, JSON.stringify({ ...map, names: [], mappings: linesOf(map.mappings) }));
  }
}

/** Without names, which would stand in the columns that are left out. */
function linesOf(mappings: string): string {
  const lines = decode(mappings).map((segments) => {
    const [column, source, line, sourceColumn] = segments.find((segment) => segment.length > 1) ?? [];
    return column === undefined || source === undefined || line === undefined || sourceColumn === undefined
      ? []
      : [[column, source, line, sourceColumn] satisfies [number, number, number, number]];
  });
  return encode(lines);
}

function filesIn(folder: string, end: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith(end));
}
