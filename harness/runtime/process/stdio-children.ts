// The children that nodes start over stdio. The relays of their links run before the node does. What the relays report makes
// each child a node that runs.
import { constants } from 'node:os';
import { type Link } from '../../model/system/link.ts';
import { type Node, nodeNamed, type Topology } from '../../model/system/topology.ts';
import { type LogLines, logLines } from '../logs/log-lines.ts';
import type { MarkedProcess } from '../linux/marked-processes.ts';
import type { NodeSite } from '../faults/node-processes.ts';
import { poll, settlesWithin } from '../linux/poll.ts';
import { startTimeOf } from '../linux/proc.ts';
import { type ProcessTree, runningNode } from './process-tree.ts';
import { type AskedBy, type Leftover, type NodeExit, type NodeSink, RuntimeError } from '../runtime.ts';
import { type StdioChild, stdioChild } from './stdio-child.ts';

interface StdioChildrenSettings {
  topology: Topology;
  /** Starts the relay of a link, its output going to `log`. */
  launch: (link: Link, log: LogLines) => Promise<ProcessTree>;
  /** Puts what the parent starts in its place. */
  stand: (link: Link, way: StdioWay) => Promise<void>;
  marked: (node: string) => MarkedProcess[];
  site: (node: string) => NodeSite;
  /** What the harness calls a process that the far half calls by this number; the same where they share one PID namespace. */
  outerPid?: (inner: number) => number | undefined;
}

export interface StdioChildren extends Disposable {
  /** Resolves when the relay of this link listens; children that come by it are told to this sink. */
  open(link: Link, sink: NodeSink): Promise<void>;
  /** A child whose parent has gone ends within the bound that its node names, or is left over. */
  settled(): Promise<void>;
  /** Near halves are ours: whoever outlives its parent is the child behind one. */
  childBehind(leftover: Leftover): Leftover;
  isNear(pid: number): boolean;
  /** From here on the relays may end. */
  [Symbol.dispose](): void;
}

/** Beside parent and child, or between them where the machine does not allow more. */
export type StdioWay = 'beside' | 'between';

/** As shim/wire.ts has it; a line of JSON each. */
type FarReport =
  | { way: StdioWay; why?: string }
  | { session: string; lost: string }
  | { session: string; started: number; near: number }
  | { session: string; ended: Ending };

interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
  askedBy?: AskedBy;
  lastWords?: string[];
}

const RELAY_READY_WITHIN_MS = 10_000;
/** Above every process number there can be (proc_sys_kernel(5), pid_max): for one that has gone before it was looked for. */
const NOBODY = 2 ** 22 + 1;

export function stdioChildren({ topology, launch, stand, marked, site, outerPid = (pid) => pid }: StdioChildrenSettings): StdioChildren {
  const halves = new Map<string, { tree: ProcessTree; sink: NodeSink }>();
  const ways = new Map<string, Extract<FarReport, { way: StdioWay }>>();
  const children = new Map<string, StdioChild>();
  let closed = false;
  const living = (): StdioChild[] => [...children.values()].filter(({ ended }) => !ended);

  async function open(link: Link, sink: NodeSink): Promise<void> {
    const known = halves.get(link.name);
    if (known?.tree.first.ended === false) {
      known.sink = sink;
      return;
    }
    const log = logLines({ line: (stream, line) => void (stream === 'stdout' && take(link, line)) }, 'listening');
    const half = { tree: await launch(link, log), sink };
    halves.set(link.name, half);
    void half.tree.first.exited.then(({ code, signal }) => {
      const how = [`ended (code ${code}, signal ${signal})`, ...log.tail().slice(-3)].join('\n  | ');
      if (!closed) half.sink.broken?.(`the relay of stdio link '${link.name}' ${how}`);
      for (const child of living()) if (child.node.name === link.to) child.end({ code: null, signal: 'SIGKILL', byParent: 'signal' });
    });
    const listening = await Promise.race([settlesWithin(log.awaited, RELAY_READY_WITHIN_MS), half.tree.first.exited.then(() => false)]);
    if (!listening) throw new RuntimeError(`the relay of link '${link.name}' did not listen:\n${log.tail().join('\n')}`);
    const { way, why } = ways.get(link.name) ?? { way: 'between', why: '' };
    if (way === 'between') sink.line('stderr', `tornwire: a process stays between '${link.from}' and its child '${link.to}': ${why}`);
    await stand(link, way);
  }

  function take(link: Link, line: string): void {
    if (!line.startsWith('{')) return;
    const report = JSON.parse(line) as FarReport;
    if ('way' in report) {
      ways.set(link.name, report);
    } else if ('lost' in report) {
      if (!closed) halves.get(link.name)?.sink.broken?.(`the relay of stdio link '${link.name}' gave up ${report.lost}`);
    } else if ('ended' in report) {
      const child = children.get(report.session);
      child?.end(exitOf(child, report.ended));
    } else began(nodeNamed(topology, link.to), report, halves.get(link.name)?.sink);
  }

  function began(node: Node, { session, started, near }: Extract<FarReport, { started: number }>, sink: NodeSink | undefined): void {
    const child = stdioChild(node, outerPid(started) ?? NOBODY, outerPid(near) ?? NOBODY);
    children.set(session, child);
    // Its output is its parent's to read.
    const log = logLines({ line: () => {} });
    sink?.child?.(runningNode(node, { first: child.first, marked: () => marked(node.name) }, log, site(node.name)));
  }

  return {
    open,
    settled: () => orphansEnded(living()),
    childBehind: (leftover) => behind(leftover, [...children.values()]),
    [Symbol.dispose]() {
      closed = true;
    },
    isNear: (pid) => [...children.values()].some((child) => child.near === pid && child.near !== child.pid),
  };
}

async function orphansEnded(living: readonly StdioChild[]): Promise<void> {
  // The script has ended the stdin of its own ones.
  const orphans = living.filter(
    ({ parent, near }) => parent === process.pid || startTimeOf(parent) === undefined || startTimeOf(near) === undefined,
  );
  const withinMs = Math.max(0, ...orphans.map(({ node }) => node.stopWithinMs));
  await poll(() => orphans.every(({ ended }) => ended) || undefined, { withinMs });
}

function behind(leftover: Leftover, children: readonly StdioChild[]): Leftover {
  const child = children.find(({ near }) => near === leftover.pid);
  if (child === undefined) return leftover;
  const { what, asleep } = leftover;
  const { pid, commandLine: command } = child;
  // Age and parent are those of what stands in its place.
  return { what, detail: `${pid} ${command}`, pid, command, node: child.node.name, ...(asleep && { asleep }) };
}

function exitOf(child: StdioChild, ending: Ending): NodeExit {
  const { code, signal, askedBy, lastWords } = ending;
  const by = isOwnMistake(signal) ? undefined : (bySignal(child, ending) ?? askedBy);
  return { code, signal, ...(by && { byParent: by }), ...(lastWords && { lastWords }) };
}

/** A program raises these itself. */
function isOwnMistake(signal: NodeJS.Signals | null): boolean {
  return signal !== null && ['SIGILL', 'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGSEGV', 'SIGSYS', 'SIGTRAP'].includes(signal);
}

const ASKING = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const;

/**
 * A real child's signals come to it without us. So a signal that ended it counts as its parent's, and a code as shells
 * have it tells of one too; a broken pipe is nobody's asking.
 */
function bySignal({ pid, near }: StdioChild, { code, signal }: Ending): AskedBy | undefined {
  if (pid !== near) return undefined;
  const told = signal === null ? ASKING.some((each) => code === 128 + constants.signals[each]) : signal !== 'SIGPIPE';
  return told ? 'signal' : undefined;
}
