// Looks for what there is to test. The order is the order of the table: whoever made an MCP server or a Compose file meant it to be found.
import { withLinks } from './links.ts';
import { fromCommand } from './detect/command.ts';
import { fromCompose } from './detect/compose.ts';
import { type Detector, FindError, placeAt } from './detect/detector.ts';
import { fromMcpJson, fromPackageJson, fromPyproject } from './detect/mcp.ts';
import { fromProcfile } from './detect/procfile.ts';
import type { Found } from './base/found.ts';

const DETECTORS: readonly Detector[] = [fromPackageJson, fromPyproject, fromCompose, fromProcfile, fromMcpJson];

export interface Looked {
  found: Found;
  /** What else is there, and could be chosen by its file. */
  others: readonly string[];
}

/**
 * @param command the words of a program to start; without them the folder is looked at
 * @param from the file to take, where there is more than one
 * @throws FindError when there is nothing, or a file cannot be read
 */
export function find(folder: string, { command = [], from }: { command?: readonly string[]; from?: string | undefined } = {}): Looked {
  const place = placeAt(folder);
  if (command.length > 0) return { found: withLinks(fromCommand(command, place), place.env), others: [] };
  const all = DETECTORS.flatMap((detect) => detect(place) ?? []);
  const chosen = from === undefined ? all[0] : all.find((each) => each.from === from);
  if (!chosen)
    throw new FindError(
      from === undefined ? NOTHING : `nothing to start is in '${from}'; there are ${all.map((each) => each.from).join(', ') || 'none'}`,
    );
  return { found: withLinks(chosen, place.env), others: all.filter((each) => each !== chosen).map((each) => each.from) };
}

const NOTHING =
  'nothing to start was found here: no MCP server in package.json, pyproject.toml or .mcp.json, no Compose file, no Procfile; say the command: npx tornwire init -- node server.js';
