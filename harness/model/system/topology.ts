// What is started and how it is joined. Plain data: commands and variables carry placeholders that the
// runtime fills, so one topology runs as processes and as containers.
//
//   {node}               the Node binary            {source}            the folder of the system's code
//   {state}              a private folder           {listen.NAME.host}  own listener (.port, .path)
//   {run}                a name that no other run has   {case}       the scenario's name, as one word of a path
//   {home}               an empty folder to name as HOME: a file that is in it at the end is a leftover
//   {LINK.host}          where that link is dialled (.port, .path), e.g. {bridge->room.port}
//   {LINK.command}       a stdio link, for the node that dials it: the words to spawn, as a JSON array
//   {LINK.path}          the same as one executable file; words behind either are arguments of the child
import { milliseconds, timeTooLong } from '../time/duration.ts';
import { DRIVER, type Framing, type Link, type Transport } from './link.ts';
import { TornwireError } from '../values/tornwire-error.ts';
import { EXIT } from '../values/exit-code.ts';
import { isPathPart, PATH_PART_RULE } from '../values/path-part.ts';
import { isLeavePattern, LEAVE_PATTERN_RULE } from './leave-pattern.ts';

export type Listener =
  /**
   * `host`: a loopback address that its program has in its code, such as `127.0.0.1`. Without it, each case of processes has one of its
   * own, `{listen.NAME.host}`. Outside of boxes, cases with this port run one at a time. A container has its own addresses all the same.
   * `openingWithinMs`: who has not sent a whole opening (an upgrade, a head of a request, a first line) within so many ms of connecting
   * is given up. A sweep holds the listener to it; without it a client that never comes to the end may stay.
   */
  | { transport: 'tcp'; port: number; host?: string; openingWithinMs?: number }
  /** `openingWithinMs`: as above. */
  | { transport: 'unix'; file: string; openingWithinMs?: number }
  /** Its stdin, stdout and stderr. The node at the other end of the link starts this program, each time anew, or the script does. */
  | { transport: 'stdio' };

export type Readiness =
  /** A line on stdout or stderr holds this text. */
  | { when: 'log'; contains: string }
  /** The listener accepts a connection. */
  | { when: 'listening'; listener: string }
  /** GET answers 2xx. */
  | { when: 'http'; listener: string; path: string }
  /** For a node that another node, or the script, starts over stdio. Nobody waits for it, and its two bounds have no meaning. */
  | { when: 'spawned' };

export interface Node {
  /** Lower-case letters, digits and dashes; no two nodes have one name, and `driver` is the script's. */
  name: string;
  /** What kind of node it is. Two nodes of one kind share a role, so that their failures share a fingerprint. */
  role: string;
  /** The program and its arguments, with placeholders. No shell reads them. */
  command: readonly string[];
  /** Its variables beside PATH, HOME and TMPDIR, with placeholders. */
  env: Readonly<Record<string, string>>;
  /**
   * The folder that it is started in, an absolute path or below `{source}`; by default `{state}`. A container sees it read-only. A node
   * that starts another one over stdio gives it a folder itself.
   */
  cwd?: string;
  /** Each is the name of one of its variables, or a value: it never reaches the disk, in any form. What has the name or the look of a secret need not be named. */
  secrets?: readonly string[];
  /** What it listens on, by a name that links use. */
  listens: Readonly<Record<string, Listener>>;
  /** How it is seen that it can be used. */
  ready: Readiness;
  /** The bound for that, in ms from its start. */
  readyWithinMs: number;
  /** The bound for its end: from SIGTERM to the end of its last process. */
  stopWithinMs: number;
  /** The container image. Without it, the bundled base image with Node is used. */
  image?: string;
  /**
   * It runs on a terminal of its own, as if somebody had typed its command: many command lines behave otherwise there. True is one of
   * 80 columns and 24 rows. What it prints on stdout and stderr is one stream. Only for nodes as processes, and not over stdio.
   */
  tty?: true | TerminalSize;
  /** Absolute paths of files and folders that its program reads outside the system's source. A container sees them there, read-only. */
  reads?: readonly string[];
  /** The nodes that must be ready before this one starts. By default: every node that one of its links dials. */
  after?: readonly string[];
  /**
   * Ways to end that are no crash whoever asked: exit codes, signals, or any. `any code`: whatever the exit code, unless a runtime
   * has said that an error was not caught; a signal that a program raises by a mistake, such as SIGSEGV, stays a crash. A child
   * over stdio needs it where its parent tells it to end by a signal and it answers with a code of its own: a signal between the
   * two is not seen from outside.
   */
  exits?: readonly (number | NodeJS.Signals)[] | 'any' | 'any code';
  /**
   * How long, in ms, the node may be silent by design (retry ceiling, heartbeat). Shorter silence is never called a hang, and the rest
   * after the faults lasts so long.
   */
  longestTimerMs?: number;
  /**
   * How many MiB more its largest process may occupy than when it was ready (resident memory). Without it only a node with a broken link
   * is judged: by 64 MiB.
   */
  growthMaxMB?: number;
  /**
   * Files that may be there when it has ended: patterns below `{home}/` or `{tmp}/` (its TMPDIR), or in a box an absolute path such as
   * `/tmp/cache/**`. Any other file there is a leak. Its `{state}` folder is its own, and caches of language runtimes are known.
   */
  mayLeave?: readonly string[];
  /**
   * Warnings of its runtime on stderr that tell of a leak or of work left undone: Node's MaxListenersExceededWarning, Python's
   * "was never awaited", "Task was destroyed but it is pending!" and ResourceWarning. They are judged unless they are `ignored`.
   */
  warnings?: 'judged' | 'ignored';
  /**
   * Bounds that its variables set, each with a value so small that the work of a workload passes it: `{ ROOM_ROOMS_MAX: '1' }`. A sweep
   * sets one of them for a case and does the work twice. What the workload asks for in `recovered` must work with that value too,
   * and its observers must still see the truth: a bound on what is remembered is none of these where who was there may remember more.
   */
  bounds?: Readonly<Record<string, string>>;
}

export interface TerminalSize {
  /** Characters of a line, from 1 to 65,535. */
  columns: number;
  /** Lines. */
  rows: number;
}

export interface Topology {
  /** The programs. */
  nodes: readonly Node[];
  /** Who dials whom. A fault acts on a link, and on nothing else between nodes. */
  links: readonly Link[];
  /**
   * What the system needs and Tornwire does not start, such as a database: TCP addresses of the machine's network, each
   * `host:port`. A link names one of them as its `to`. In a box a loopback address is reached where it always is.
   */
  outside?: readonly string[];
}

export class TopologyError extends TornwireError {
  readonly exitCode = EXIT.usage;
}

export function nodeNamed(topology: Topology, name: string): Node {
  const node = topology.nodes.find((candidate) => candidate.name === name);
  if (!node) throw new TopologyError(`no node '${name}'; there are ${topology.nodes.map((n) => n.name).join(', ')}`);
  return node;
}

export function linkNamed(topology: Topology, name: string): Link {
  const link = topology.links.find((candidate) => candidate.name === name);
  if (!link) throw new TopologyError(`no link '${name}'; there are ${topology.links.map((l) => l.name).join(', ')}`);
  return link;
}

/** Undefined for a link to a node. */
export function outsideOf(topology: Topology, link: Link): { host: string; port: number } | undefined {
  if (topology.outside?.includes(link.to) !== true) return undefined;
  const [, host = '', port = ''] = OUTSIDE.exec(link.to) ?? [];
  return { host, port: Number(port) };
}

export function listenerOf(topology: Topology, link: Link): Listener {
  const outside = outsideOf(topology, link);
  if (outside) return { transport: 'tcp', port: outside.port };
  const listener = nodeNamed(topology, link.to).listens[link.listener];
  if (!listener) throw new TopologyError(`link '${link.name}': node '${link.to}' has no listener '${link.listener}'`);
  return listener;
}

export function transportOf(topology: Topology, link: Link): Transport {
  return listenerOf(topology, link).transport;
}

/** True if another node starts this one: the node that dials it runs `command` as a child, and talks to it over stdio. */
export function isSpawned(node: Node): boolean {
  return Object.values(node.listens).some(({ transport }) => transport === 'stdio');
}

/** The stdio links that this node, or a child of it, dials. @throws TopologyError on a child that starts its own parents. */
export function stdioLinksFrom(topology: Topology, name: string, above: readonly string[] = []): readonly Link[] {
  if (above.includes(name)) throw new TopologyError(`node '${name}' starts itself over stdio, by way of ${above.join(', ')}`);
  const own = topology.links.filter((link) => link.from === name && transportOf(topology, link) === 'stdio');
  const below = own.flatMap((link) => stdioLinksFrom(topology, link.to, [...above, name]));
  return [...new Set([...own, ...below])];
}

/** Layers of nodes: each layer may start at once, after the one before. Nodes that others start are in none. @throws TopologyError on a cycle. */
export function startOrder(topology: Topology): readonly (readonly Node[])[] {
  const nodes = topology.nodes.filter((node) => !isSpawned(node));
  const waitsFor = new Map(nodes.map((node) => [node.name, new Set(node.after ?? dialled(topology, node.name))]));
  const layers: Node[][] = [];
  const started = new Set<string>();
  while (started.size < nodes.length) {
    const layer = nodes.filter(
      (node) => !started.has(node.name) && [...(waitsFor.get(node.name) ?? [])].every((name) => started.has(name)),
    );
    if (layer.length === 0) {
      const rest = nodes.filter((node) => !started.has(node.name)).map((node) => node.name);
      throw new TopologyError(`the start order has a cycle among ${rest.join(', ')}; name 'after' on one of them`);
    }
    for (const node of layer) started.add(node.name);
    layers.push(layer);
  }
  return layers;
}

/** @throws TopologyError naming the first thing that is wrong. */
export function checkTopology(topology: Topology): void {
  const names = new Set<string>();
  for (const node of topology.nodes) {
    if (node.name === DRIVER || names.has(node.name)) throw new TopologyError(`node name '${node.name}' is taken`);
    if (!/^[a-z][a-z0-9-]*$/.test(node.name))
      throw new TopologyError(`node name '${node.name}': use lower-case letters, digits and dashes`);
    names.add(node.name);
    for (const [name, listener] of Object.entries(node.listens)) checkSocketFile(node, name, listener);
    const tooLong = timeTooLong({ ...node, env: {} });
    if (tooLong !== undefined) throw new TopologyError(`node '${node.name}': ${tooLong}`);
    if (node.cwd !== undefined && !/^(\/|\{(source|state)\})/.test(node.cwd))
      throw new TopologyError(`node '${node.name}': cwd '${node.cwd}': an absolute path, or one that begins with {source} or {state}`);
    const pattern = node.mayLeave?.find((each) => !isLeavePattern(each));
    if (pattern !== undefined) throw new TopologyError(`node '${node.name}': mayLeave '${pattern}': ${LEAVE_PATTERN_RULE}`);
    const terminal = node.tty && terminalProblem(node, node.tty);
    if (terminal !== undefined) throw new TopologyError(`node '${node.name}': ${terminal}`);
    for (const name of node.after ?? []) checkAfter(node, nodeNamed(topology, name));
    if (isSpawned(node) !== (node.ready.when === 'spawned'))
      throw new TopologyError(`node '${node.name}': a listener on stdio and ready when 'spawned' belong together`);
  }
  checkOutside(topology);
  const links = new Set<string>();
  for (const link of topology.links) {
    if (links.has(link.name)) throw new TopologyError(`link name '${link.name}' is taken`);
    links.add(link.name);
    const tooLong = timeTooLong(link);
    if (tooLong !== undefined) throw new TopologyError(`link '${link.name}': ${tooLong}`);
    checkBounds(link);
    if (link.from !== DRIVER) nodeNamed(topology, link.from);
    if (transportOf(topology, link) === 'stdio') checkStdioLink(link);
  }
  for (const node of topology.nodes) {
    stdioLinksFrom(topology, node.name);
    if (isSpawned(node) && !topology.links.some((link) => link.to === node.name && transportOf(topology, link) === 'stdio'))
      throw new TopologyError(`node '${node.name}' listens on stdio, and no link dials it there: nobody would start it`);
  }
  startOrder(topology);
}

function terminalProblem(node: Node, size: true | TerminalSize): string | undefined {
  if (isSpawned(node)) return 'tty: its streams are those of a stdio link, so it has no terminal';
  if (size === true) return undefined;
  const fits = [size.columns, size.rows].every((each) => Number.isInteger(each) && each >= 1 && each <= 65_535);
  return fits ? undefined : 'tty: columns and rows are whole numbers from 1 to 65,535';
}

const OUTSIDE = /^([A-Za-z0-9.-]+):(\d{1,5})$/;

function checkOutside({ outside = [], links }: Topology): void {
  for (const address of outside) {
    const port = Number(OUTSIDE.exec(address)?.[2] ?? 0);
    if (port < 1 || port > 65_535) throw new TopologyError(`outside '${address}': write host:port, such as 127.0.0.1:5432`);
    const dialling = links.filter((link) => link.to === address);
    if (dialling.length === 0) throw new TopologyError(`outside '${address}': no link goes there; a link names it as its 'to'`);
    if (dialling.length > 1)
      throw new TopologyError(`outside '${address}': more than one link goes there: ${dialling.map(({ name }) => name).join(', ')}`);
  }
}

function checkBounds({ name, dialsAtMost, connectionsAtMost }: Link): void {
  const dials = typeof dialsAtMost === 'object' ? dialsAtMost.count : dialsAtMost;
  for (const [bound, count] of Object.entries({ dialsAtMost: dials, connectionsAtMost }))
    if (count !== undefined && !(Number.isInteger(count) && count >= 0))
      throw new TopologyError(`link '${name}': ${bound} is ${count}, and not a count`);
  if (typeof dialsAtMost === 'object' && milliseconds(dialsAtMost.per) === 0)
    throw new TopologyError(`link '${name}': dialsAtMost counts in stretches of no time`);
}

function checkSocketFile(node: Node, name: string, listener: Listener): void {
  if (listener.transport === 'unix' && !isPathPart(listener.file))
    throw new TopologyError(`listener '${name}' of node '${node.name}': file '${listener.file}': ${PATH_PART_RULE}`);
}

function checkAfter(node: Node, before: Node): void {
  if (isSpawned(before)) throw new TopologyError(`node '${node.name}' cannot start after '${before.name}', which another node starts`);
}

const STDIO_FRAMINGS: readonly Framing[] = ['ndjson', 'json-lines', 'json-rpc', 'raw'];

function checkStdioLink(link: Link): void {
  if (!STDIO_FRAMINGS.includes(link.framing))
    throw new TopologyError(`link '${link.name}': a stdio link is framed ${STDIO_FRAMINGS.join(' or ')}, not ${link.framing}`);
}

/** A child over stdio dials its links as soon as its parent starts it. So the nodes at their other ends start before the parent. */
function dialled(topology: Topology, name: string): string[] {
  return topology.links
    .filter((link) => link.from === name && link.to !== name && !outsideOf(topology, link))
    .flatMap((link) =>
      transportOf(topology, link) === 'stdio' ? dialled(topology, link.to).filter((other) => other !== name) : [link.to],
    );
}
