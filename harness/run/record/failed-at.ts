// Where in the scenario an error came from: the frame of its stack that lies in the scenario's file, or else the first
// frame in the user's project. The path is relative to the project's folder.
import { basename, dirname, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const SCENARIOS = `${sep}scenarios${sep}`;
const DEPENDENCIES = `${sep}node_modules${sep}`;

/** `scenarios/agents/status.scenario.ts:12`; undefined when no frame is of the project. `file`: the scenario's, absolute. */
export function failedAt(stack: string, file: string): string | undefined {
  const places = stack.split('\n').flatMap((line) => placeIn(line) ?? []);
  const below = file.lastIndexOf(SCENARIOS);
  const root = `${below < 0 ? dirname(file) : file.slice(0, below)}${sep}`;
  const place =
    places.find((each) => each.path === file) ?? places.find(({ path }) => path.startsWith(root) && !path.includes(DEPENDENCIES));
  return place && `${place.path.startsWith(root) ? place.path.slice(root.length) : basename(place.path)}:${place.line}`;
}

/** A line of a stack: `at script (file:///project/scenarios/a.scenario.ts:12:5)`, or the place alone. */
function placeIn(line: string): { path: string; line: string } | undefined {
  const [, where = '', number = ''] = /^\s+at (?:.*\()?((?:file:\/\/)?\/.+?):(\d+):\d+\)?$/.exec(line) ?? [];
  if (where === '') return undefined;
  return { path: where.startsWith('file:') ? fileURLToPath(where) : where, line: number };
}
