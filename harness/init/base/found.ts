// What was found in a project, before it is written down as an adapter. Plain data: detectors make it, templates read it.
import type { Framing } from '../../model/system/link.ts';
import type { Listener, Readiness } from '../../model/system/topology.ts';

/** A text of the adapter. A variable is read when the tests run, so that no secret of an .env file is copied. */
export type Text = readonly Piece[];
export type Piece =
  | string
  /** `part`: of the URL that it holds, nothing else. */
  | { readonly variable: string; readonly fallback: string; readonly part?: 'password' };

export interface FoundNode {
  /** A name as a topology allows it. */
  name: string;
  /** Other names under which its neighbours dial it. */
  hosts: readonly string[];
  command: readonly Text[];
  /** Seen from the project; absent in a container, whose image knows its folder. */
  cwd?: string;
  image?: string;
  env: Readonly<Record<string, Text>>;
  /** What its sources say a variable is, when it is not set. Those that hold no address of another node are left alone. */
  defaults: Readonly<Record<string, string>>;
  listens: Readonly<Record<string, Listener>>;
  /** What is spoken on its listeners. */
  framing: Framing;
  /** Somebody outside of the system dials it, so the script does. */
  isEntry: boolean;
  ready: Readiness;
  after?: readonly string[];
  /** How the script talks to it: as an MCP client, by HTTP at this path, or not at all. */
  visit: { as: 'mcp' } | { as: 'http'; path: string } | { as: 'nothing' };
  questions: readonly string[];
}

export interface FoundLink {
  name: string;
  from: string;
  to: string;
  listener: string;
  framing: Framing;
}

export interface Found {
  /** The file or the command that says so. */
  from: string;
  /** In a few words, for the terminal. */
  what: string;
  name: string;
  runtime: 'process' | 'container';
  /** Variables of the project's .env file are loaded. */
  envFile: boolean;
  nodes: readonly FoundNode[];
  links: readonly FoundLink[];
  questions: readonly string[];
}

/** What a detector gives: the links are found afterwards, in the variables. */
export type FoundNodes = Omit<Found, 'links'>;

export function text(literal: string): Text {
  return [literal];
}

/** What stands there now, for a look at it. */
export function resolved(given: Text, env: Readonly<Record<string, string>>): string {
  return given.map((piece) => (typeof piece === 'string' ? piece : (env[piece.variable] ?? piece.fallback))).join('');
}

/** A name as a topology allows it: lower-case letters, digits and dashes, and none that is taken. */
export function nodeName(wanted: string, taken: readonly string[]): string {
  const plain = wanted
    .toLowerCase()
    .replace(/^@[^/]*\//, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[-0-9]+|-+$/g, '');
  const base = plain === '' || plain === 'driver' ? `${plain === '' ? 'program' : plain}-node`.replace(/^program-node$/, 'program') : plain;
  let name = base;
  for (let n = 2; taken.includes(name); n++) name = `${base}-${n}`;
  return name;
}
