// The adapter as a file: the topology, and one round trip through the system.
import type { Found, FoundLink, FoundNode } from '../base/found.ts';
import { comment, key, plain, quoted, textLiteral } from './literals.ts';

const READY_WITHIN_MS = 30_000;
const STOP_WITHIN_MS = 10_000;
const LINE_CHARACTERS_MAX = 120;

/** @param up from the adapter's folder to the project's, such as `..` */
export function adapter(found: Found, up: string): string {
  const visits = visitsOf(found);
  const has = (as: Visit['as']): boolean => visits.some((visit) => visit.as === as);
  const clients = [...(has('http') ? ['httpClient'] : []), ...(has('mcp') ? ['openJsonRpc'] : [])];
  const hasFolder = found.envFile || found.nodes.some(({ cwd }) => cwd !== undefined);
  return `${[
    comment(
      `The adapter of this project for Tornwire, begun by 'tornwire init' from ${found.from}. It is yours: init never changes it again.`,
    ),
    comment(`What begins with QUESTION could not be known. docs: how-to/your-own-system.md`),
    ...(hasFolder ? ["import { join } from 'node:path';"] : []),
    `import type { Link, Node, ${visits.some(({ call }) => call !== '') ? 'Script, ' : ''}System } from 'tornwire';`,
    ...(clients.length > 0 ? [`import { ${clients.join(', ')} } from 'tornwire/clients';`] : []),
    '',
    ...(hasFolder ? [`const project = join(import.meta.dirname, ${quoted(up)});`] : []),
    ...(found.envFile ? ["process.loadEnvFile(join(project, '.env'));"] : []),
    ...(hasFolder ? [''] : []),
    ...found.questions.map((question) => comment(`QUESTION: ${question}`)),
    'const nodes: Node[] = [',
    ...found.nodes.flatMap(nodeLines),
    '];',
    '',
    'const links: Link[] = [',
    ...found.links.map(linkLine),
    '];',
    '',
    ...systemLines(found, visits),
    ...functionsOf(visits),
  ].join('\n')}\n`;
}

function nodeLines(node: FoundNode): string[] {
  return [
    ...node.questions.map((question) => `  ${comment(`QUESTION: ${question}`)}`),
    '  {',
    `    name: ${quoted(node.name)},`,
    `    role: ${quoted(node.name)},`,
    ...list('    command: ', '[', node.command.map(textLiteral), ']'),
    ...(node.cwd === undefined ? [] : [`    cwd: ${folderOf(node.cwd)},`]),
    ...(node.image === undefined ? [] : [`    image: ${quoted(node.image)},`]),
    ...list(
      '    env: ',
      '{',
      Object.entries(node.env).map(([name, value]) => `${key(name)}: ${textLiteral(value)}`),
      '}',
    ),
    `    listens: ${plain(node.listens)},`,
    `    ready: ${plain(node.ready)},`,
    `    readyWithinMs: ${number(READY_WITHIN_MS)},`,
    `    stopWithinMs: ${number(STOP_WITHIN_MS)},`,
    ...(node.after === undefined || node.after.length === 0 ? [] : [`    after: ${plain(node.after)},`]),
    '  },',
  ];
}

function folderOf(cwd: string): string {
  if (cwd === '.' || cwd === './') return 'project';
  return cwd.startsWith('/') ? quoted(cwd) : `join(project, ${quoted(cwd)})`;
}

function linkLine(link: FoundLink): string {
  return `  ${plain(link)},`;
}

interface Visit {
  call: string;
  as: 'mcp' | 'http' | 'nothing';
  /** What is not known about it. */
  question?: string;
}

/** What the driver does on its links. */
function visitsOf({ nodes, links }: Found): Visit[] {
  return links.flatMap((link): Visit[] => {
    const visit = link.from === 'driver' ? nodes.find(({ name }) => name === link.to)?.visit : undefined;
    switch (visit?.as) {
      case undefined:
        return [];
      case 'mcp':
        return [{ as: 'mcp', call: `await greet(script, ${quoted(link.name)});` }];
      case 'http':
        return [
          {
            as: 'http',
            call: `await get(script, ${quoted(link.name)}, ${quoted(visit.path)});`,
            question: `Is this a request that ${link.to} answers, and for which it dials what it needs?`,
          },
        ];
      case 'nothing':
        return [
          {
            as: 'nothing',
            call: '',
            question: `What does a client say over ${link.name}? script.dial('${link.name}') is its address. Now nobody says anything.`,
          },
        ];
      default:
        return visit satisfies never;
    }
  });
}

function systemLines({ name }: Found, visits: readonly Visit[]): string[] {
  const isAsked = visits.some(({ call }) => call !== '');
  return [
    'export interface Clients {',
    '  /** One round through the system: whatever has to happen so that every link is used. */',
    '  visit(): Promise<void>;',
    '}',
    '',
    'export const system: System<Clients> = {',
    `  name: ${quoted(name)},`,
    '  topology: { nodes, links },',
    `  clients: (${isAsked ? 'script' : ''}) => ({`,
    '    async visit() {',
    ...visits.flatMap(({ call, question }) => [
      ...(question === undefined ? [] : [`      ${comment(`QUESTION: ${question}`)}`]),
      ...(call === '' ? [] : [`      ${call}`]),
    ]),
    '    },',
    '  }),',
    '};',
  ];
}

function functionsOf(visits: readonly Visit[]): string[] {
  return [...(visits.some(({ as }) => as === 'mcp') ? [GREET] : []), ...(visits.some(({ as }) => as === 'http') ? [GET] : [])];
}

const GREET = `
/** The beginning of every MCP session, and a question that every server answers (MCP, lifecycle and ping). */
async function greet(script: Script, link: string): Promise<void> {
  const server = await openJsonRpc(script, link);
  const clientInfo = { name: 'tornwire', version: '1' };
  await server.call('initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo });
  server.notify('notifications/initialized');
  await server.call('ping');
}`;

const GET = `
/** An answer that says that the server itself failed is none. */
async function get(script: Script, link: string, path: string): Promise<void> {
  const { status } = await httpClient(script, link).get(path);
  if (status >= 500) throw new Error(\`\${link} answered \${status} to GET \${path}\`);
}`;

function list(before: string, open: string, items: readonly string[], close: string): string[] {
  if (items.length === 0) return [`${before}${open}${close},`];
  const space = open === '{' ? ' ' : '';
  const line = `${before}${open}${space}${items.join(', ')}${space}${close},`;
  return line.length <= LINE_CHARACTERS_MAX ? [line] : [`${before}${open}`, ...items.map((item) => `      ${item},`), `    ${close},`];
}

function number(ms: number): string {
  return String(ms).replace(/000$/, '_000');
}
