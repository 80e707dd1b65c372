// `init -- node server.js`: the command is all that is known, with what the sources say that it names.
import { shellWord } from '../../model/values/shell-word.ts';
import { basename } from 'node:path';
import { type FoundNodes, nodeName } from '../base/found.ts';
import type { Place } from './detector.ts';
import { processNode } from './process-node.ts';

export function fromCommand(words: readonly string[], { folder, env }: Place): FoundNodes {
  const line = words.map(shellWord).join(' ');
  const name = nodeName(wordOf(words), []);
  const node = processNode({ name, line, folder, listens: true });
  return {
    from: line,
    what: node.visit.as === 'mcp' ? 'an MCP server over stdin and stdout' : 'a program that listens',
    name,
    runtime: 'process',
    envFile: Object.keys(env).length > 0,
    nodes: [node],
    questions: [],
  };
}

/** What the program is called: the file that an interpreter runs, or the command. */
function wordOf([command = '', ...rest]: readonly string[]): string {
  const file = /^(?:node|python3?|deno|bun|ruby|npx|uvx?|sh|bash)$/.test(basename(command))
    ? rest.find((word) => !word.startsWith('-') && word !== 'run')
    : undefined;
  return basename(file ?? command).replace(/\.[a-z]+$/i, '');
}
