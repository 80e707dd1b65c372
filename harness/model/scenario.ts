// A scenario is a value: what is started, what goes wrong, what is done meanwhile, and what must hold.
// A system is the adapter that a user writes once for their own programs (fixtures/stack.ts is ours).
import type { Readable, Writable } from 'node:stream';
import type { RuntimeName } from './case.ts';
import type { CheckWording } from './check.ts';
import { milliseconds, type Duration } from './time/duration.ts';
import type { LinkStep, NodeFault, Step } from './faults/fault.ts';
import type { Json } from './values/json.ts';
import type { Address, Link, Transport } from './system/link.ts';
import type { AcceptedFlaw } from './judging/known-flaw.ts';
import type { Oracle } from './judging/oracle.ts';
import type { Topology } from './system/topology.ts';

export type Parameters = Readonly<Record<string, Json>>;

/** Operation results: `indeterminate` when no answer came, so it may have happened or not. */
export type OperationResult<T> = { state: 'ok'; value: T } | { state: 'failed'; error: Error } | { state: 'indeterminate'; error: Error };

/** A client throws this to say that it cannot know whether its request happened. */
export class IndeterminateError extends Error {}

export interface NodeControl {
  readonly name: string;
  readonly running: boolean;
  /**
   * Sends SIGKILL or another signal to the whole process group, as a terminal or a service manager does. For KILL and TERM it resolves when
   * the node has ended. @param to its first process alone, as `kill <pid>` does: what it has started must be ended by itself. SIGKILL and
   * containers know no such thing
   */
  kill(signal?: NodeJS.Signals, to?: 'process'): Promise<void>;
  /** Sends SIGTERM, then waits for the end within the node's own bound. */
  stop(): Promise<void>;
  /** Starts a node that has ended, at the same addresses, and waits until it is ready. */
  start(): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /**
   * Types at the terminal of a node with `tty`: `\r` is the return key, `\x03` is Ctrl+C and `\x04` Ctrl+D.
   * @throws Error for a node without a terminal, and while it does not run.
   */
  type(text: string): Promise<void>;
  /** The ids, on this machine, of all its processes, also of re-parented ones. Empty while the node does not run. */
  pids(): Promise<readonly number[]>;
}

/** What a condition of type `T` gives once it holds: undefined, null and false say that it does not hold yet. */
export type Met<T> = Exclude<T, false | null | undefined>;

export interface CyclesOptions {
  /** Rounds that are not counted: 2. */
  warmUp?: number;
  /** Counted rounds: 8. */
  count?: number;
  /** By default all. */
  nodes?: readonly string[];
  /**
   * Reads memory in place of countable things, after 100 rounds (`count`) that follow 20 that warm up, and after as many again
   * when it grew. Node programs are made to collect their garbage before (their inspector is opened by SIGUSR1). A function
   * tells, for other programs, how many bytes a node keeps alive; without it their resident memory is read.
   */
  memory?: true | ((node: string) => number | Promise<number>);
  /** The bound of all rounds together, beside the script's own: 2 minutes. */
  within?: Duration;
}

/**
 * A program at the other end of a stdio link of `driver`, and the script is its parent. What passes its streams passes the
 * link's proxy. When the script is over, its stdin ends, and it has the bound of its node to end.
 */
export interface ScriptChild {
  readonly pid: number;
  readonly stdin: Writable;
  /** Read it, or the child blocks when it is full. */
  readonly stdout: Readable;
  /** Recorded as the node's log too. */
  readonly stderr: Readable;
  readonly exited: Promise<{ code: number | null; signal: string | null }>;
  /** To its process: SIGTERM by default. False when it has ended. */
  kill(signal?: NodeJS.Signals): boolean;
}

/** By node and by kind, such as `fd socket`: a number of things. */
export type HeldMore = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** What a script can do. Clients of the system are merged in by name. */
export interface Script {
  /** The address of a `driver` link. It leads through the link's proxy. */
  dial(link: string): Address;
  /** What the topology says of a link, and what it is made of. @throws TopologyError when there is none of this name. */
  link(name: string): Link & { readonly transport: Transport };
  /** The address of a node, past all proxies. Use it for side probes and for reading state, never for the workload. */
  direct(node: string, listener: string): Address;
  /** A node, to kill, stop, start or pause it. */
  node(name: string): NodeControl;
  /** Starts the program at the other end of this stdio link of `driver`, anew each time. */
  child(link: string): Promise<ScriptChild>;
  /**
   * Waits for something the system owes, and gives what the condition gave. The condition may throw, or give false, undefined or
   * null, while it does not hold yet.
   * When the bound passes, the obligation stays open, evidence is taken, and the script ends.
   */
  until<T>(what: string, condition: () => T | Promise<T>, options: { within: Duration }): Promise<Met<T>>;
  /** Runs and records one request. No answer within the bound counts as indeterminate and leaves an open obligation. */
  operation<T>(
    name: string,
    act: (signal: AbortSignal) => Promise<T>,
    options: { within: Duration; client?: string; owed?: boolean },
  ): Promise<OperationResult<T>>;
  /** Passes a mark: steps that wait for it are armed, in order, before this resolves. */
  mark(name: string): Promise<void>;
  /** Waits until this step has fired `times` times (default 1). */
  fired(step: string, options: { within: Duration; times?: number }): Promise<void>;
  /**
   * Waits until a node has said this, on stdout or stderr, and gives the line. Lines count from the node's first start on, so `times: 2`
   * waits for what it says again, for example after it was started again. A line that never comes is a hang.
   */
  logged(node: string, text: string | RegExp, options: { within: Duration; times?: number }): Promise<string>;
  /**
   * Waits until so many connections of a link are open, and gives their number. They are counted at the link's fault server; on a
   * stdio link each of the three streams of a child is one. Only our own fault server tells of connections.
   */
  connections(link: string, wanted: number | ((open: number) => boolean), options: { within: Duration }): Promise<number>;
  /** Lets time pass, for a reason that stands in the history: a heartbeat that must come, a pause that a protocol asks for. */
  passed(time: Duration, because: string): Promise<void>;
  /** Lifts one armed step now. */
  lift(step: string): Promise<void>;
  /**
   * Waits for armed steps that have not fired as often as they must, so long at most. It is no obligation of the system. Of `steps` each
   * is waited for until it has fired once, though it need not.
   */
  due(within: Duration, steps?: readonly string[]): Promise<void>;
  /** Lifts every armed step now. */
  liftAll(): Promise<void>;
  /** Puts a fault on a node now, beside the schedule. It is lifted with the others. */
  inject(fault: NodeFault): Promise<void>;
  /**
   * Repeats connect -> fault -> recover -> rest and samples what every node holds after each round:
   * warm-up rounds uncounted, then `count` (8), and as many again when the first ones grew. Growth that outruns the rounds
   * ends them early. What the rounds take does not count against the script's own bound.
   */
  cycles(series: string, round: (index: number) => Promise<void>, options?: CyclesOptions): Promise<void>;
  /**
   * Reads what every node holds at rest: descriptors, sockets, processes. What is held `after` and was not `before` is a leak, but for
   * what is `allowed`: so many more of a kind, by node. Without `allowed` it is only recorded. `usual` is what was held at rest without
   * faults: up to that nothing is a leak, for a fault that acts early leaves less to be held `before`. Read as `driver` is how many
   * connections the script itself holds to the system; while they are more than without faults, nothing is judged.
   */
  held(at: 'before' | 'after', allowed?: HeldMore, usual?: HeldMore): Promise<void>;
  /** What `{run}` stands for: a name that no other run on this machine has, in lower-case letters and digits. */
  readonly runName: string;
  /** What `{case}` stands for: the scenario's name as one word of a path, such as `replication-cut`. */
  readonly caseName: string;
  /** A stable number in [0, 1) for this seed and these words. */
  chance(...about: readonly (string | number)[]): number;
  /** Aborted when the run is interrupted or out of time. */
  readonly signal: AbortSignal;
  /** Registers an undo. Undos run in reverse order before the nodes are stopped. */
  defer(undo: () => void | Promise<void>): void;
}

/** What one part of the system believes about a truth that others hold too. Normalise the value: equal truths must give equal JSON. */
export interface StateView<Clients extends object = object> {
  /** The name of the truth. All views of one truth must agree. */
  truth: string;
  /** Who believes it: the name of a node, or of a client. */
  subject: string;
  /** The node that is asked. While it is away, the view is not judged. By default the node whose name `subject` is. */
  node?: string;
  /** Reads it from the running system, as JSON. */
  read(context: Script & Clients): Promise<Json>;
}

/** An unrelated request that must be answered within its own bound while faults are in force. */
export interface SideProbe<Clients extends object = object> {
  /** What findings call it. */
  name: string;
  /** The node that is asked. While it is away, the probe is not judged. By default the node whose name the probe bears. */
  node?: string;
  /** The answer is late after so many ms. */
  boundMs: number;
  /** It is asked every so many ms. */
  everyMs: number;
  /** Asks, and resolves when the answer is there. */
  ask(context: Script & Clients): Promise<void>;
}

export interface System<Clients extends object = object> {
  /** What messages call it. */
  name: string;
  /** Its nodes and links. */
  topology: Topology;
  /** Absolute paths of the folder of the code and of the folder of its defect patches. Needed only for `--defect`. */
  source?: { folder: string; defects: string };
  /** Called once the nodes are ready. Clients connect when they are used. Close them through `script.defer`. */
  clients(script: Script, parameters: Parameters): Clients;
  /** What its parts believe: the oracle `divergence` compares them at rest. */
  views?: readonly StateView<Clients>[];
  /** Requests that must be answered while faults are in force. */
  sides?: readonly SideProbe<Clients>[];
}

export interface Scenario<Clients extends object = object> {
  /** A sentence about right behaviour, so that a list of failures reads as a bug report. */
  title: string;
  /** What holds when it passes, in one sentence. */
  expectation: string;
  /** Words to choose it by: `tornwire run @quick`. */
  tags: readonly string[];
  /** The adapter: what is started. */
  system: System<Clients>;
  /** Plain data that a repro keeps; schedule, script and clients get them. */
  parameters: Parameters;
  /** What goes wrong, as steps, or a function of the parameters that gives them. */
  schedule: (parameters: Parameters) => readonly Step[];
  /** What is done meanwhile. It gets the script's functions and the clients of the system. */
  script: (context: Script & Clients, parameters: Parameters) => Promise<void>;
  /** Oracles beside the ones that are always on. */
  oracles: readonly Oracle[];
  /** The truths whose views must agree at the end. By default all truths of the system. */
  truths?: readonly string[];
  /** How long the system may take until its views agree after all faults are lifted. Rest lasts no longer than this either. */
  restWithin: Duration;
  /**
   * How long nothing but heartbeats must be seen for the system to be at rest. By default the longest timer that a node declares
   * (`longestTimerMs`); where none does, two readings that agree are enough.
   */
  quietFor?: Duration;
  /** The name of the oracle that must fail: the scenario passes only if it does. For a variant with a planted bug. */
  expect?: string;
  /** Known flaws: a finding that fits is shown as accepted until its day, and fails nothing. Expired and unused ones are said. */
  accept?: readonly AcceptedFlaw[];
  /** Never beside another case of the campaign, because it needs something that the machine has once, or all its time. */
  alone?: boolean;
  /** The bound of the whole script. If it passes, whatever the script waited for hangs. */
  within: Duration;
  /**
   * Says which program or feature is missing on this machine, and the cure. Undefined when nothing is missing. It begins with
   * `by design:` if nothing that could be installed would help.
   */
  unavailable?: (runtime: RuntimeName) => string | undefined | Promise<string | undefined>;
  /** Of a check of a pack: its wording. */
  check?: CheckWording;
  /** Of a workload: where its random work comes from. */
  workload?: WorkSource;
}

/** What a workload can make: lists of operations with their arguments, as plain JSON. */
export interface WorkSource {
  /** The names of its operations and observers. */
  readonly operations: readonly string[];
  /** Its reset makes the running system as at its start. */
  readonly resets?: true;
  /** The same seed makes the same list. It is handed to the script as the parameter `work`. */
  make(seed: number, length?: number): Promise<readonly Json[]>;
}

/** How a scenario's `unavailable` begins where it cannot run there by its nature. */
export const BY_DESIGN = 'by design: ';

export interface ScenarioSettings<Clients extends object> {
  title: string;
  expectation: string;
  tags?: readonly string[];
  system: System<Clients>;
  parameters?: Parameters;
  schedule?: readonly Step[] | ((parameters: Parameters) => readonly Step[]);
  script: (context: Script & Clients, parameters: Parameters) => Promise<void>;
  oracles?: readonly Oracle[];
  truths?: readonly string[];
  restWithin?: Duration;
  quietFor?: Duration;
  within?: Duration;
  expect?: string;
  accept?: readonly AcceptedFlaw[];
  alone?: boolean;
  unavailable?: NonNullable<Scenario['unavailable']>;
  check?: CheckWording;
}

export function defineScenario<Clients extends object>(settings: ScenarioSettings<Clients>): Scenario<Clients> {
  const { schedule = [], tags = [], parameters = {}, oracles = [], restWithin = '3s', within = '30s', ...rest } = settings;
  for (const time of [restWithin, within, settings.quietFor ?? 0]) milliseconds(time);
  return { ...rest, tags, parameters, oracles, restWithin, within, schedule: typeof schedule === 'function' ? schedule : () => schedule };
}

/** A scenario with its name: its path under scenarios/ without the ending, followed by its key where the file has variants. */
export interface NamedScenario {
  name: string;
  file: string;
  scenario: Scenario;
}

export function linkSteps(schedule: readonly Step[]): LinkStep[] {
  return schedule.filter((step): step is LinkStep => step.on === 'link');
}
