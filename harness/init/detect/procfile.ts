// A Procfile: one program on each line. As foreman and its like do, each program gets a PORT of its own, 100 apart from 5000 on, and
// the variables of .env.
import { type FoundNode, type FoundNodes, nodeName, type Text } from '../base/found.ts';
import { type Place, readText } from './detector.ts';
import { processNode } from './process-node.ts';

const FIRST_PORT = 5000;
const APART = 100;

export function fromProcfile({ folder, env }: Place): FoundNodes | undefined {
  const file = readText(folder, 'Procfile');
  if (file === undefined) return undefined;
  const variables = Object.fromEntries(Object.keys(env).map((name): [string, Text] => [name, [{ variable: name, fallback: '' }]]));
  const nodes: FoundNode[] = [];
  // What `release` names runs once, before a deployment.
  const programs = [...file.matchAll(/^([A-Za-z0-9_-]+):[ \t]*(\S.*?)\s*$/gm)].filter(([, name]) => name !== 'release');
  for (const [index, [, given = '', line = '']] of programs.entries()) {
    const name = nodeName(
      given,
      nodes.map((node) => node.name),
    );
    const port = FIRST_PORT + APART * index;
    nodes.push(processNode({ name, line, folder, env: variables, port, listens: given === 'web' }));
  }
  if (nodes.length === 0) return undefined;
  const what = `${nodes.length} program${nodes.length === 1 ? '' : 's'}: ${nodes.map(({ name }) => name).join(', ')}`;
  return { from: 'Procfile', what, name: 'procfile', runtime: 'process', envFile: Object.keys(env).length > 0, nodes, questions: [] };
}
