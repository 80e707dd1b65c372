// How nodes come to life. A runtime prepares a ground: a folder and addresses that exist for the whole run. On it the
// system's nodes and the fault servers are launched.
import type { Readable, Writable } from 'node:stream';
import type { RuntimeName } from '../model/case.ts';
import type { FileFault } from '../model/faults/file-fault.ts';
import type { Address } from '../model/system/link.ts';
import type { Link } from '../model/system/link.ts';
import type { Imposition, NodeFault, Surroundings } from '../model/faults/node-fault.ts';
import { TornwireError } from '../model/values/tornwire-error.ts';
import type { Node, Topology } from '../model/system/topology.ts';
import { EXIT } from '../model/values/exit-code.ts';
import type { Leftover } from '../model/judging/leftover.ts';

export type { Leftover };

export interface Runtime {
  readonly name: RuntimeName;
  /** Where helper programs run: as processes of this machine, or in containers made from an image. */
  readonly helpers: 'process' | 'container';
  /** What it needs and lacks, with the cure; undefined when it can run here. */
  unavailable(): Promise<string | undefined>;
  /** Why it can never carry this, by its nature; undefined when it can. */
  refuses(step: DemandingStep): string | undefined;
  /** What this machine lacks for something that the runtime does not refuse, with the cure. */
  lacks(step: DemandingStep): Promise<string | undefined>;
  prepare(request: GroundRequest): Promise<Ground>;
  /** What its runs own beside their folder and the processes that carry their marker; absent where that is nothing. */
  readonly belongings?: Belongings;
}

/** What a step demands of a runtime; a clock speed other than 1 demands the same as a step on a clock, a node with `tty` a terminal. */
export type DemandingStep = { on: 'node'; fault: NodeFault } | { on: 'file'; fault: FileFault } | { on: 'clock' } | { on: 'terminal' };

/** Settings of all runtimes; each uses what it needs. */
export interface RuntimeSettings {
  /** The programs that put a link between a node and a child that it talks to over stdio. */
  stdioShim?: StdioPrograms;
  /** Needed to see that a pipe is full; absent where the native calls do not load. */
  pipeWritable?: PipeWritable;
  /** This process is in a box: each case gets one of its own within. `keeps`: folders that stay the machine's own for everybody. */
  box?: Box;
}

/** As paths of files that Node runs. */
export interface StdioPrograms {
  /** The relay, and the two halves that take its place where it cannot work. */
  shim: string;
  /** What a parent starts: it becomes the child. */
  standIn: string;
}

export interface Box {
  keeps: readonly string[];
  /** Socket files that lead to what a topology names as outside, by its address. */
  doors: ReadonlyMap<string, string>;
}

/** Whether the kernel would take a byte more on this descriptor: poll(2) for POLLOUT, at once. */
export type PipeWritable = (fd: number) => boolean;

/** What somebody else than the harness keeps for its runs, for example a container engine. */
export interface Belongings {
  /** Runs of this user's harnesses that own something, whether or not they still have a folder. */
  runs(): Promise<readonly string[]>;
  /** Removes everything of a run; gives the names of it, by its kind. @throws RuntimeError when it cannot be removed now. */
  remove(runId: string): Promise<Readonly<Record<string, readonly string[]>>>;
}

export interface GroundRequest {
  /** Unique among all runs on this machine; marks every process, container, network and folder. */
  runId: string;
  topology: Topology;
  /** The scenario's name, for {case}: of no meaning to the runtime. */
  caseName?: string;
  /** Folder with the system's code that {source} stands for; read-only to the nodes. */
  source?: string;
  /** Links that get a proxy: the ground reserves an address for each. */
  proxied: readonly Link[];
  /** Nodes whose clocks are not the machine's; absent when all are. */
  clocks?: Clocks;
  /** Folders of nodes that are small disks of their own from the start on. */
  disks?: readonly SmallDisk[];
  signal: AbortSignal;
}

export interface Clocks {
  /** Every clock and timer of every node runs so many times faster. */
  speed: number;
  /** Nodes whose wall clock a fault will move; none when the speed is not 1. */
  stepped: readonly string[];
}

export interface SmallDisk {
  node: string;
  /** As in a file step. */
  path: string;
  sizeKB: number;
}

/** Where one link's proxy listens and forwards, seen from where the proxy runs. */
export interface ProxyPlace {
  listen: Address;
  upstream: Address;
}

export interface Ground extends AsyncDisposable {
  readonly runId: string;
  /** The run's own folder: state, socket files, logs. The same path inside containers. */
  readonly folder: string;
  proxyPlace(link: Link): ProxyPlace;
  /**
   * Where `from` (a node or the driver) dials this link: its proxy, or the node itself when it is not proxied.
   * For the driver's own links ask only after the program that holds the proxy was launched: in containers the
   * address is that program's.
   */
  dial(link: Link): Address;
  /** Where a node's listener is reached from the harness, past all proxies. */
  direct(node: string, listener: string): Address;
  /** Starts a fault server (or another helper) in the same place as the nodes. */
  launch(program: Program, sink: NodeSink): Promise<LaunchedProgram>;
  /** Starts the child at the other end of a stdio link of the driver: the harness is its parent. @throws NotReadyError */
  child(link: Link, sink: NodeSink): Promise<StartedChild>;
  /** Starts a node and waits until it is ready. A node that has ended starts again at the same addresses. */
  start(node: Node, sink: NodeSink, under?: StartConditions): Promise<RunningNode>;
  readonly files: NodeFiles;
  /**
   * The wall clock of a node that was asked for as `stepped` is off by so much from now on. Says how many of these
   * processes follow: those that ask the kernel themselves do not.
   */
  setClock(node: string, offsetMs: number, pids: readonly number[]): Promise<number>;
  /** Everything of this run that is alive or on disk now, except the ground itself and programs that still run. */
  leftovers(): Promise<readonly Leftover[]>;
  /** How many dials and packets have had no way to go until now; 0 where there is a way to everywhere, and not known when absent. */
  lostDials?(): number;
  /**
   * TCP ports on which a node of it has listened at every address of the machine, once it was ready: two such runs cannot be side by
   * side. None in a box and in containers, whose networks are their own.
   */
  wildcardPorts?(): readonly number[];
}

/** The folders of nodes as the harness reaches them. */
export interface NodeFiles {
  /** What the path of a file step stands for. */
  place(node: string, path: string): FilePlace;
  /** Unchangeable for everybody until disposed. */
  freeze(path: string, deep: boolean): Promise<AsyncDisposable>;
  /** Leaves so much free on a small disk of this run, until disposed; says what was free before and after. */
  fill(disk: SmallDisk, freeKB: number): Promise<AsyncDisposable & { bytesBefore: number; bytesAfter: number }>;
}

export interface FilePlace {
  /** Absolute, as it is. */
  base: string;
  /** Below the base, perhaps with wildcards; empty for the base itself. */
  pattern: string;
}

/** A helper program of the harness, for example a fault server. */
export interface Program {
  name: string;
  command: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** TCP port of its control API; it must bind the host given as {host}. */
  apiPort: number;
  /** The links whose proxies it will hold: their addresses are opened to the driver. */
  links: readonly Link[];
  image?: string;
  /** Extra files or folders it needs: absolute paths, read-only. */
  reads?: readonly string[];
  readyWithinMs: number;
}

export interface LaunchedProgram extends AsyncDisposable {
  /** Where the harness reaches its control API. */
  readonly api: { host: string; port: number };
  readonly exited: Promise<NodeExit>;
  logTail(): readonly string[];
}

/** What faults have prepared for a node that starts. */
export interface StartConditions {
  /** In the order in which they were armed: a later one wins. */
  environment?: readonly Surroundings[];
  /** Called before the program's first instruction; the node goes on when this resolves. */
  held?: (node: RunningNode) => Promise<void>;
}

/** How a parent asks its child over stdio to end: a signal, the end of its stdin, or reading no more of what it prints. */
export type AskedBy = 'signal' | 'end of stdin' | 'closed output';

export interface NodeExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** What the node that had started it over stdio had done before that. */
  byParent?: AskedBy;
  /** The end of its stderr, where its parent has the rest and it ended badly without being asked. */
  lastWords?: readonly string[];
}

/** To stand behind "ended with". */
export function exitText({ code, signal }: NodeExit): string {
  return signal === null ? `code ${code ?? 'unknown'}` : `signal ${signal}`;
}

export interface NodeSink {
  line(stream: 'stdout' | 'stderr', line: string): void;
  /** The node has started another one over stdio. */
  child?(child: RunningNode): void;
  /** What the harness put beside the node for its children has ended: whatever they suffer now is not the system's fault. */
  broken?(detail: string): void;
}

/** A child over stdio whose parent is the harness. */
export interface StartedChild {
  readonly pid: number;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly exited: Promise<NodeExit>;
}

/** A node that runs. Once it has exited every method but `exited`, `pids` and `logTail` does nothing. */
export interface RunningNode {
  readonly name: string;
  /** Its first process as the machine numbers it; undefined where the runtime cannot see it. */
  readonly pid: number | undefined;
  /** The exit of its first process. */
  readonly exited: Promise<NodeExit>;
  /** Whether its first process has died, also before anybody has heard of it. Absent where the runtime cannot see that. */
  hasEnded?(): boolean;
  /** All its processes by the marker, also re-parented ones, as the machine numbers them. */
  pids(): Promise<readonly number[]>;
  /**
   * To the whole process group (or the container's first process and its group).
   * @param to its first process alone, as `kill <pid>` does
   */
  signal(signal: NodeJS.Signals, to?: 'process'): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /**
   * SIGTERM (and SIGCONT, so that a paused node hears it), the node's own bound, then SIGKILL of what is left.
   * Says whether KILL was needed and which processes had to be killed: those are the ones that outlived the stop.
   */
  stop(): Promise<{ killed: boolean; survivors?: readonly Leftover[] }>;
  /** SIGKILL to everything it started; resolves when all has gone. */
  kill(): Promise<void>;
  /**
   * Puts it under something that lasts until it is lifted or the node ends. Only what the runtime neither refuses nor lacks.
   * `atStart`: while it is held, so that what it does when it starts cannot undo it.
   * @throws RuntimeError where it could not be done all the same.
   */
  impose(fault: Imposition, atStart?: boolean): Promise<Imposed>;
  /** What somebody types at its terminal; absent where it has none. */
  type?(text: string): void;
  /** The last 50 lines of both streams. */
  logTail(): readonly string[];
}

/** A fault in force on one node. */
export interface Imposed {
  /** Proofs that it acted, each in a few words, that came since the last time this was asked; also after the lift. */
  hits(): Promise<readonly string[]>;
  /** Does nothing once the node has ended. */
  lift(): Promise<void>;
}

/** A node that did not come up: which, what was awaited, its last lines. */
export class NotReadyError extends Error {
  readonly node: string;
  readonly lastLines: readonly string[];
  /** Set when it ended by itself. */
  readonly exit: NodeExit | undefined;
  constructor(node: string, awaited: string, lastLines: readonly string[], exit?: NodeExit) {
    super(`node '${node}' did not come up: waited for ${awaited}\n${lastLines.map((line) => `  | ${line}`).join('\n')}`);
    this.node = node;
    this.lastLines = lastLines;
    this.exit = exit;
  }
}

/** The machine cannot give what the runtime needs (a port, an image, an engine): a harness error with its cure. */
export class RuntimeError extends TornwireError {
  readonly exitCode = EXIT.harness;
}
