// Nodes as processes of this machine. A run has a loopback address of its own, so ports are the ones in the topology and
// runs side by side never meet. Each node is a process group with marker variables, and is killed as a tree.
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname } from 'node:path';
import type { Link } from '../../model/system/link.ts';
import { type Node, nodeNamed, stdioLinksFrom, type Topology } from '../../model/system/topology.ts';
import { type CaseBox, openCaseBox } from '../box/case-box.ts';
import { clockLibrary } from '../linux/fake-clock.ts';
import { requireFree } from '../linux/free-port.ts';
import { wildcardPortsOf } from '../linux/port-holder.ts';
import { lackIn, refusalIn } from '../faults/holds.ts';
import { inFamily } from '../linux/family-mark.ts';
import { type LogLines } from '../logs/log-lines.ts';
import { loopbackBook } from '../ground/loopback.ts';
import { killUntilGone, type MarkedProcess, markedProcesses } from '../linux/marked-processes.ts';
import { fileFaultLacks } from '../ground/node-files.ts';
import { nodeFolder } from '../ground/node-home.ts';
import type { NodeSite } from '../faults/node-processes.ts';
import type { PlannedProgram, Surroundings } from '../ground/planned-program.ts';
import { settlesWithin } from '../linux/poll.ts';
import { newcomers, procText } from '../linux/proc.ts';
import { type Kin, kinOfRun } from './kin.ts';
import { PROCESS_HOLDS } from './process-holds.ts';
import { KILL_WITHIN_MS, killTree, processLeftovers, type ProcessTree, runningNode } from './process-tree.ts';
import type { RunFolder } from '../ground/run-folder.ts';
import {
  type DemandingStep,
  type GroundRequest,
  NotReadyError,
  type Runtime,
  RuntimeError,
  type RuntimeSettings,
  type NodeSink,
  type StartedChild,
} from '../runtime.ts';
import { type Life, openGround, type Primitives } from '../ground/shared-ground.ts';
import { startChild } from './driver-child.ts';
import { spawnProgram, type SpawnOptions } from './spawn-program.ts';
import { terminalLacks } from './terminal.ts';
import { type StdioLinks, stdioLinks } from './stdio-links.ts';
import { isTracer } from '../faults/system-calls.ts';

type ProcessLife = ProcessTree & Life;

export function processRuntime(settings: RuntimeSettings = {}): Runtime {
  const linux = process.platform === 'linux';
  return {
    name: 'process',
    helpers: 'process',
    unavailable: () => Promise.resolve(linux ? undefined : 'the process runtime reads /proc: run it on Linux, or in a container'),
    refuses,
    lacks,
    prepare: (request) => openGround('process', request, (place, undo) => processGround(request, place, undo, settings)),
  };
}

function refuses(step: DemandingStep): string | undefined {
  return step.on === 'node' ? refusalIn(PROCESS_HOLDS, step.fault) : undefined;
}

async function lacks(step: DemandingStep): Promise<string | undefined> {
  switch (step.on) {
    case 'node':
      return await lackIn(PROCESS_HOLDS, step.fault);
    case 'file':
      return await fileFaultLacks(step.fault);
    case 'clock': {
      const library = clockLibrary();
      return 'missing' in library ? library.missing : undefined;
    }
    case 'terminal':
      return terminalLacks();
    default:
      return step satisfies never;
  }
}

async function processGround(
  request: GroundRequest,
  place: RunFolder,
  undo: AsyncDisposableStack,
  settings: RuntimeSettings,
): Promise<Primitives<ProcessLife>> {
  const { runId, topology } = request;
  const { folder, loopback } = place;
  const folk = folkOf(runId);
  const { kin, begun, everybody } = folk;
  const box = settings.box && undo.use(await openCaseBox(keptBy(folder, settings.box.keeps), begun));
  const book = loopbackBook(request, place, settings.box?.doors);
  await Promise.all(book.tcp.map(({ host, port }) => requireFree(host, port)));
  const words: Surroundings = { request, folder, book, path: searchPath(), nodeBinary: () => process.execPath };
  const siteOf = (name: string) => siteIn(runId, folder, name, settings);
  const stdio = stdioLinks(
    words,
    settings.stdioShim,
    (planned, log) => spawn(planned, log, box),
    siteOf,
    box && ((pid) => box.outerPid(pid)),
  );

  async function spawn({ who, command, env, workingFolder }: PlannedProgram, log: LogLines, where?: CaseBox): Promise<ProcessLife> {
    const first = await spawnProgram(command, { env, cwd: workingFolder, log, box: where, ...inItsRole(who, request) });
    if ('failed' in first) throw new NotReadyError(who.name, `its command to start, but ${first.failed}`, []);
    if (who.kind === 'node') kin.begun(first.pid, who.name, first.exited);
    return lifeOf({ first, ...folk.around(who) });
  }

  return {
    surroundings: { ...words, stdio: stdio.words },
    bind: loopback,
    clockLibrary: requireClockLibrary,
    async api({ apiPort }) {
      await requireFree(loopback, apiPort);
      return { host: loopback, port: apiPort };
    },
    async before(node, sink) {
      for (const link of stdioLinksFrom(topology, node.name)) await stdio.children.open(link, sink);
    },
    // Helper programs stay outside: they are nothing that the system should see.
    spawn: (planned, log) => spawn(planned, log, planned.who.kind === 'node' ? box : undefined),
    child: (link, planned, sink) => childOfDriver(link, planned, sink, { stdio, topology, kin, box }),
    running: (node, tree, log) => stdio.withChildren(runningNode(node, tree, log, siteOf(node.name))),
    async alive({ programs }) {
      await stdio.children.settled();
      return processLeftovers(leftOf(everybody(), stdio, programs, box));
    },
    ...(!box && { wildcards: (node, pids) => wildcardPortsOf(pids, portsOf(node)) }),
    ...(box && { lostDials: () => box.lostDials(), written: () => box.written() }),
    async end(lives) {
      await using _box = box;
      stdio.children[Symbol.dispose]();
      const { left } = await killUntilGone(() => everybody().map(({ pid }) => pid), KILL_WITHIN_MS);
      await settlesWithin(Promise.all([...lives.map(({ exited }) => exited), stdio.ended()]), KILL_WITHIN_MS);
      if (left.length > 0) throw new RuntimeError(`processes ${left.join(', ')} of run ${runId} survived SIGKILL`);
    },
  };
}

/** It is of the family of its run; a node may have a terminal. */
function inItsRole(who: PlannedProgram['who'], { runId, topology }: GroundRequest): Pick<SpawnOptions, 'within' | 'tty'> {
  const tty = who.kind === 'node' ? nodeNamed(topology, who.name).tty : undefined;
  return { within: (start) => inFamily(runId, who, start), ...(tty && { tty }) };
}

async function childOfDriver(
  link: Link,
  { who, env, workingFolder }: PlannedProgram,
  sink: NodeSink,
  { stdio, topology, kin, box }: { stdio: StdioLinks; topology: Topology; kin: Kin; box: CaseBox | undefined },
): Promise<StartedChild> {
  for (const each of [link, ...stdioLinksFrom(topology, link.to)]) await stdio.children.open(each, sink);
  const child = await startChild(stdio.words(link.name).words, { env, cwd: workingFolder, box });
  if ('failed' in child) throw new NotReadyError(who.name, `its command to start, but ${child.failed}`, []);
  kin.begun(child.pid, who.name, child.exited);
  return child;
}

function siteIn(runId: string, folder: string, name: string, { pipeWritable }: RuntimeSettings): NodeSite {
  return { runId, folder: (which) => nodeFolder(folder, name, which), pipeWritable };
}

function portsOf({ listens }: Node): number[] {
  return Object.values(listens).flatMap((listener) => (listener.transport === 'tcp' ? [listener.port] : []));
}

interface Folk {
  kin: Kin;
  /** All of the run are among them. */
  begun: () => number[];
  /** The marked ones, and those who have lost the mark. */
  everybody: () => MarkedProcess[];
  around(who: PlannedProgram['who']): Omit<ProcessTree, 'first'>;
}

/** Who lives in a run that begins now. */
function folkOf(runId: string): Folk {
  const begun = newcomers();
  const kin = kinOfRun();
  const everybody = (): MarkedProcess[] => {
    const pids = begun();
    const marked = markedProcesses(runId, pids);
    return [...marked, ...kin.unmarked(marked, pids)];
  };
  const glanced = atOneGlance(everybody);
  return {
    kin,
    begun,
    everybody,
    around({ kind, name }) {
      const itsOwn = (all: readonly MarkedProcess[]): MarkedProcess[] => all.filter((each) => each[kind] === name);
      const others = (): MarkedProcess[] => markedProcesses(runId, begun()).filter(({ node }) => node !== undefined && node !== name);
      return { marked: () => itsOwn(everybody()), glanced: () => itsOwn(glanced()), others, begun };
    },
  };
}

/** Who asks for one node after another, without a pause between, gets what was seen once. */
function atOneGlance<T>(look: () => T): () => T {
  let seen: { value: T } | undefined;
  return () => {
    if (seen === undefined) queueMicrotask(() => (seen = undefined));
    seen ??= { value: look() };
    return seen.value;
  };
}

function leftOf(
  known: readonly MarkedProcess[],
  stdio: StdioLinks,
  programs: readonly string[],
  box: CaseBox | undefined,
): MarkedProcess[] {
  const ours = new Set([...programs, ...stdio.farHalves()]);
  const isOurs = (program: string): boolean => ours.has(program) || isTracer(program);
  const left = known.filter(({ pid, program }) => !stdio.children.isNear(pid) && (program === undefined || !isOurs(program)));
  return [...left, ...unknownIn(box, known)];
}

/** Whatever they did to their environment, they are in the box. One that is ending has no memory any more (proc_pid_statm(5)). */
function unknownIn(box: CaseBox | undefined, others: readonly MarkedProcess[]): MarkedProcess[] {
  const known = new Set(others.map(({ pid }) => pid));
  const lives = (pid: number): boolean => !(procText(pid, 'statm') ?? '0 ').startsWith('0 ');
  return (box?.processes() ?? []).filter(({ pid }) => !known.has(pid) && lives(pid)).map(({ pid }) => ({ pid }));
}

function lifeOf(tree: ProcessTree): ProcessLife {
  return {
    ...tree,
    exited: tree.first.exited,
    get ended() {
      return tree.first.ended;
    },
    kill: () => killTree(tree),
  };
}

/** Folders that a box leaves what they are. */
function keptBy(folder: string, keeps: readonly string[]): string[] {
  return [realpathSync(dirname(folder)), ...ownCompileCache(), ...keeps];
}

/** This process writes there too, and none of that is the system's. */
function ownCompileCache(): string[] {
  const folder = process.env['NODE_COMPILE_CACHE'];
  return folder !== undefined && existsSync(folder) ? [realpathSync(folder)] : [];
}

/** @throws RuntimeError: planning has asked for it, so it went away since. */
function requireClockLibrary(): string {
  const library = clockLibrary();
  if ('missing' in library) throw new RuntimeError(library.missing);
  return library.path;
}

/** The harness's own Node comes first, so that a script which asks for `node` gets the same one. */
function searchPath(): string {
  return [dirname(process.execPath), process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'].join(delimiter);
}
