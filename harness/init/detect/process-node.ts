// A node that is a process of this project: from its command and what its sources say, to what a topology needs.
import type { FoundNode, Text } from '../base/found.ts';
import { text } from '../base/found.ts';
import { type Clues, cluesOf } from './clues.ts';
import { commandLine } from './words.ts';

export interface ProcessAsked {
  name: string;
  /** As a shell reads it. */
  line: string;
  folder: string;
  /** Seen from the project. */
  cwd?: string;
  env?: Readonly<Record<string, Text>>;
  /** Its PORT, where whoever starts it gives it one. */
  port?: number;
  /** It is known to listen, whatever its sources say. */
  listens?: boolean;
}

const DEFAULT_PORT = 3000;

export function processNode(asked: ProcessAsked): FoundNode {
  const { env: before, words } = commandLine(asked.line);
  const clues = cluesOf(asked.line, asked.folder);
  const base = {
    name: asked.name,
    hosts: [],
    command: words.map((word, index) => text(index === 0 && word === 'node' ? '{node}' : word)),
    cwd: asked.cwd ?? '.',
    env: { ...asked.env, ...Object.fromEntries(Object.entries(before).map(([name, value]) => [name, text(value)])) },
    defaults: clues.defaults,
    isEntry: false,
  };
  if (clues.isMcp && clues.portVariable === undefined && clues.port === undefined) return { ...base, ...OVER_STDIO, questions: [] };
  return { ...base, ...overTcp(base.env, clues, asked) };
}

export const OVER_STDIO = {
  listens: { stdio: { transport: 'stdio' } },
  framing: 'json-rpc',
  ready: { when: 'spawned' },
  visit: { as: 'mcp' },
} as const satisfies Partial<FoundNode>;

type Listening = Pick<FoundNode, 'env' | 'listens' | 'framing' | 'ready' | 'visit' | 'questions'>;

function overTcp(env: FoundNode['env'], clues: Clues, asked: ProcessAsked): Listening {
  const isKnown = clues.portVariable !== undefined || clues.port !== undefined || asked.listens === true;
  if (!isKnown)
    return {
      env,
      listens: {},
      framing: 'raw',
      ready: { when: 'log', contains: '' },
      visit: { as: 'nothing' },
      questions: [
        `Does '${asked.name}' listen on a port? Then name it in 'listens', and a link that leads there. Which line says that it is ready? Now any line does.`,
      ],
    };
  const { portVariable, hostVariable } = clues;
  const given = portVariable === undefined ? undefined : env[portVariable]?.[0];
  const port =
    (typeof given === 'string' && /^\d+$/.test(given) ? Number(given) : undefined) ??
    (portVariable === undefined ? clues.port : asked.port) ??
    clues.port ??
    asked.port ??
    DEFAULT_PORT;
  const framing = clues.isWebSocket ? 'websocket' : 'http';
  return {
    env: {
      ...env,
      ...(hostVariable !== undefined && { [hostVariable]: text(`{listen.${framing}.host}`) }),
      ...((portVariable !== undefined || clues.port === undefined) && { [portVariable ?? 'PORT']: text(`{listen.${framing}.port}`) }),
    },
    listens: { [framing]: { transport: 'tcp', port, ...(clues.host !== undefined && { host: clues.host }) } },
    framing,
    ready: { when: 'listening', listener: framing },
    visit: framing === 'http' ? { as: 'http', path: '/' } : { as: 'nothing' },
    questions: questionsAbout(asked.name, clues),
  };
}

function questionsAbout(name: string, clues: Clues): string[] {
  return clues.portVariable === undefined && clues.port === undefined ? [`Does '${name}' take its port from PORT?`] : [];
}
