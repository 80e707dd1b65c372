// The children that nodes start over stdio. Their far halves run before the node does. What the far halves report makes
// each child a node that runs.
import { type Link } from '../../model/system/link.ts';
import { type Node, nodeNamed, type Topology } from '../../model/system/topology.ts';
import { type LogLines, logLines } from '../ground/log-lines.ts';
import type { MarkedProcess } from '../linux/marked-processes.ts';
import type { NodeSite } from '../faults/node-processes.ts';
import { poll, settlesWithin } from '../linux/poll.ts';
import { startTimeOf } from '../linux/proc.ts';
import { type ProcessTree, runningNode } from './process-tree.ts';
import { type AskedBy, type Leftover, type NodeSink, RuntimeError } from '../runtime.ts';
import { type StdioChild, stdioChild } from './stdio-child.ts';

interface StdioChildrenSettings {
  topology: Topology;
  /** Starts the far half of a link, its output going to `log`. */
  launch: (link: Link, log: LogLines) => Promise<ProcessTree>;
  marked: (node: string) => MarkedProcess[];
  site: (node: string) => NodeSite;
  /** What the harness calls a process that the far half calls by this number; the same where they share one PID namespace. */
  outerPid?: (inner: number) => number | undefined;
}

export interface StdioChildren extends Disposable {
  /** Resolves when the far half of this link listens; children that come by it are told to this sink. */
  open(link: Link, sink: NodeSink): Promise<void>;
  /** A near half that has gone takes its child with it, which takes a moment. */
  settled(): Promise<void>;
  /** Near halves are ours: whoever outlives its parent is the child behind one. */
  childBehind(leftover: Leftover): Leftover;
  isNear(pid: number): boolean;
  /** From here on the far halves may end. */
  [Symbol.dispose](): void;
}

/** As shim/wire.ts has it; a line of JSON each. */
type FarReport =
  | { session: string; started: number; near: number }
  | { session: string; ended: { code: number | null; signal: NodeJS.Signals | null; askedBy?: AskedBy; lastWords?: string[] } };

const FAR_READY_WITHIN_MS = 10_000;
const CHILD_GONE_WITHIN_MS = 2_000;
/** Above every process number there can be (proc_sys_kernel(5), pid_max): for one that has gone before it was looked for. */
const NOBODY = 2 ** 22 + 1;

export function stdioChildren({ topology, launch, marked, site, outerPid = (pid) => pid }: StdioChildrenSettings): StdioChildren {
  const halves = new Map<string, { tree: ProcessTree; sink: NodeSink }>();
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
      if (!closed) half.sink.broken?.(`the far half of stdio link '${link.name}' ${how}`);
      for (const child of living()) if (child.node.name === link.to) child.end({ code: null, signal: 'SIGKILL', byParent: 'signal' });
    });
    const listening = await Promise.race([settlesWithin(log.awaited, FAR_READY_WITHIN_MS), half.tree.first.exited.then(() => false)]);
    if (!listening) throw new RuntimeError(`the far half of link '${link.name}' did not listen:\n${log.tail().join('\n')}`);
  }

  function take(link: Link, line: string): void {
    if (!line.startsWith('{')) return;
    const report = JSON.parse(line) as FarReport;
    if ('ended' in report) {
      const { code, signal, askedBy, lastWords } = report.ended;
      children
        .get(report.session)
        ?.end({ code, signal, ...(askedBy && !isOwnMistake(signal) && { byParent: askedBy }), ...(lastWords && { lastWords }) });
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
    async settled() {
      await poll(() => living().every(({ near }) => startTimeOf(near) !== undefined) || undefined, { withinMs: CHILD_GONE_WITHIN_MS });
    },
    childBehind(leftover) {
      const child = [...children.values()].find(({ near }) => near === leftover.pid);
      return child === undefined
        ? leftover
        : { ...leftover, detail: `${child.pid} ${child.commandLine}`, pid: child.pid, node: child.node.name };
    },
    [Symbol.dispose]() {
      closed = true;
    },
    isNear: (pid) => [...children.values()].some(({ near }) => near === pid),
  };
}

/** A program raises these itself: the near half passes none of them on. */
function isOwnMistake(signal: NodeJS.Signals | null): boolean {
  return signal !== null && ['SIGILL', 'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGSEGV'].includes(signal);
}
