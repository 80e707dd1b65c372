// MCP servers that talk over stdin and stdout: the one that this project makes (package.json, pyproject.toml), and those that a client's
// configuration names (mcp.json, .mcp.json).
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parse as parseToml } from 'smol-toml';
import { type FoundNode, type FoundNodes, nodeName, type Piece, type Text, text } from '../base/found.ts';
import { parsed, type Place, readText, record } from './detector.ts';
import { OVER_STDIO, processNode } from './process-node.ts';

const RUN_BY_NODE = /\.(?:[cm]?js|[cm]?ts)$/;

export function fromPackageJson({ folder, env }: Place): FoundNodes | undefined {
  const file = readText(folder, 'package.json');
  if (file === undefined) return undefined;
  const { name, bin, scripts, dependencies } = record(parsed('package.json', () => JSON.parse(file) as unknown));
  if (!('@modelcontextprotocol/sdk' in record(dependencies)) && !('fastmcp' in record(dependencies))) return undefined;
  const called = typeof name === 'string' ? name : 'server';
  const own = nodeName(called, []);
  const bins = typeof bin === 'string' ? { [called]: bin } : (record(bin) as Record<string, string>);
  const [program] = Object.entries(bins).sort(([a], [b]) => Number(b === own) - Number(a === own));
  const questions: string[] = [];
  if (Object.keys(bins).length > 1)
    questions.push(`package.json has more than one bin (${Object.keys(bins).join(', ')}). Is '${program?.[0]}' the server?`);
  const { start } = record(scripts);
  if (program === undefined && typeof start !== 'string') return undefined;
  if (program && !existsSync(join(folder, program[1])))
    questions.push(`${program[1]} is not there. Which command builds it? It has to be run first.`);
  const node: FoundNode = program
    ? { ...stdioNode(own, RUN_BY_NODE.test(program[1]) ? ['{node}', program[1]] : [`./${program[1].replace(/^\.\//, '')}`]), questions }
    : { ...processNode({ name: own, line: String(start), folder }), ...OVER_STDIO, questions: [] };
  return found('package.json', `an MCP server, '${own}'`, own, [node], env);
}

export function fromPyproject({ folder, env }: Place): FoundNodes | undefined {
  const file = readText(folder, 'pyproject.toml');
  if (file === undefined) return undefined;
  const { project, tool } = parsed('pyproject.toml', () => parseToml(file));
  const { name, dependencies, scripts } = record(project);
  const poetry = record(record(tool)['poetry']);
  const needs = [...(Array.isArray(dependencies) ? (dependencies as unknown[]) : []), ...Object.keys(record(poetry['dependencies']))];
  if (!needs.some((each) => /^(?:mcp|fastmcp)(?![\w.-])/.test(String(each)))) return undefined;
  const [entry] = Object.entries({ ...record(poetry['scripts']), ...record(scripts) });
  if (entry === undefined) return undefined;
  const [script, target] = entry;
  const called = nodeName(typeof name === 'string' ? name : script, []);
  return found(
    'pyproject.toml',
    `an MCP server, '${script}'`,
    called,
    [stdioNode(called, pythonCommand(folder, script, String(target)))],
    env,
  );
}

/** As it is installed here, by uv, or else what an installed script does (PyPA, entry points). */
function pythonCommand(folder: string, script: string, target: string): string[] {
  for (const venv of ['.venv', 'venv']) if (existsSync(join(folder, venv, 'bin', script))) return [`${venv}/bin/${script}`];
  if (existsSync(join(folder, 'uv.lock'))) return ['uv', 'run', script];
  const [module = '', call = 'main'] = target.split(':');
  const src = existsSync(join(folder, 'src')) ? "sys.path.insert(0, 'src'); " : "sys.path.insert(0, '.'); ";
  return ['python3', '-c', `import sys; ${src}from ${module} import ${call.split('.')[0]}; sys.exit(${call}())`];
}

const CONFIGURATIONS = ['.mcp.json', 'mcp.json', '.vscode/mcp.json', '.cursor/mcp.json'];

export function fromMcpJson({ folder, env }: Place): FoundNodes | undefined {
  for (const file of CONFIGURATIONS) {
    const content = readText(folder, file);
    if (content === undefined) continue;
    const { mcpServers, servers } = record(parsed(file, () => JSON.parse(content) as unknown));
    const nodes: FoundNode[] = [];
    const questions: string[] = [];
    for (const [name, value] of Object.entries(record(mcpServers ?? servers))) {
      const { command, args, env: variables, cwd, url } = record(value);
      if (typeof command === 'string')
        nodes.push(
          configured(
            nodeName(
              name,
              nodes.map((node) => node.name),
            ),
            { command, args, variables, cwd },
          ),
        );
      else
        questions.push(
          `The server '${oneLine(name)}' is reached at ${oneLine(String(url))}, and Tornwire does not start it. Which command does?`,
        );
    }
    if (nodes.length > 0)
      return { ...found(file, `${nodes.length} MCP server${nodes.length === 1 ? '' : 's'}`, 'mcp', nodes, env), questions };
  }
  return undefined;
}

function configured(name: string, given: { command: string; args: unknown; variables: unknown; cwd: unknown }): FoundNode {
  const args = Array.isArray(given.args) ? (given.args as unknown[]) : [];
  const env = Object.fromEntries(Object.entries(record(given.variables)).map(([key, value]) => [key, expanded(String(value))]));
  const command = [given.command === 'node' ? text('{node}') : expanded(given.command), ...args.map((word) => expanded(String(word)))];
  const asked = [...Object.values(env), ...command]
    .flat()
    .flatMap((piece) => (typeof piece !== 'string' && piece.fallback === '' ? [piece.variable] : []));
  return {
    ...stdioNode(name, []),
    command,
    env,
    ...(typeof given.cwd === 'string' && { cwd: given.cwd.replace(/^\$\{(?:workspaceFolder|CLAUDE_PROJECT_DIR)\}\/?/, './') }),
    questions: [...new Set(asked)].map((variable) => `What is ${variable} in a test? It is read from the environment.`),
  };
}

/** `${NAME}` and `${NAME:-default}`, as clients of MCP expand them; `${input:name}` is asked for by hand. */
function expanded(value: string): Text {
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of value.matchAll(/\$\{(?:(?:env|input):)?([A-Za-z_][\w-]*)(?::-([^}]*))?\}/g)) {
    const [whole, name = '', fallback = ''] = match;
    if (match.index > from) pieces.push(value.slice(from, match.index));
    pieces.push(
      /^(?:workspaceFolder|CLAUDE_PROJECT_DIR)$/.test(name) ? '.' : { variable: name.toUpperCase().replaceAll('-', '_'), fallback },
    );
    from = match.index + whole.length;
  }
  return from < value.length || pieces.length === 0 ? [...pieces, value.slice(from)] : pieces;
}

function stdioNode(name: string, command: readonly string[]): FoundNode {
  return { name, hosts: [], command: command.map(text), cwd: '.', env: {}, defaults: {}, isEntry: true, ...OVER_STDIO, questions: [] };
}

function found(from: string, what: string, name: string, nodes: FoundNode[], env: Place['env']): FoundNodes {
  return { from, what, name, runtime: 'process', envFile: Object.keys(env).length > 0, nodes, questions: [] };
}

function oneLine(given: string): string {
  return given.replaceAll(/\s+/g, ' ');
}
