// The stdio links of a run of processes: the words that stand in for each child's command, and the far halves, which
// are helper programs that run before the nodes do.
import { basename, dirname } from 'node:path';
import type { Link } from '../../model/system/link.ts';
import { linkNamed, nodeNamed } from '../../model/system/topology.ts';
import type { LogLines } from '../ground/log-lines.ts';
import { markedProcesses, NODE_MARKER, RUN_MARKER } from '../linux/marked-processes.ts';
import { makeHome } from '../ground/node-home.ts';
import type { NodeSite } from '../faults/node-processes.ts';
import { fillAll, fillVariables } from '../ground/placeholders.ts';
import { fillersOfNode, type PlannedProgram, plannedProgram, type Surroundings } from '../ground/planned-program.ts';
import type { ProcessTree } from './process-tree.ts';
import { type RunningNode, RuntimeError } from '../runtime.ts';
import { type StdioChildren, stdioChildren } from './stdio-children.ts';
import { farWords, nearWords, stdioPlace, writeWrapper } from '../ground/stdio-place.ts';

export interface StdioLinks {
  /** For the placeholders of the node that dials such a link. */
  words: NonNullable<Surroundings['stdio']>;
  children: StdioChildren;
  /** Names of the far halves that run. */
  farHalves(): string[];
  /** Resolves when all far halves have ended. */
  ended(): Promise<unknown>;
  /** A node whose stop names the children that outlived it, not the near halves before them. */
  withChildren(node: RunningNode): RunningNode;
}

export function stdioLinks(
  surroundings: Surroundings,
  shim: string | undefined,
  spawn: (planned: PlannedProgram, log: LogLines) => Promise<ProcessTree>,
  site: (node: string) => NodeSite,
  outerPid?: (inner: number) => number | undefined,
): StdioLinks {
  const { request, folder, book } = surroundings;
  const { runId, topology } = request;
  const halves = new Map<string, ProcessTree>();

  function words(name: string): ReturnType<StdioLinks['words']> {
    const link = linkNamed(topology, name);
    const place = stdioPlace(folder, topology, link);
    return { words: nearWords(requireShim(shim), place, book.dial(link)), wrapper: place.wrapper };
  }

  /** The child gets the variables of the node that starts it, its own over them, and marks that tell it from that node. */
  async function launch(link: Link, log: LogLines): Promise<ProcessTree> {
    const child = nodeNamed(topology, link.to);
    const where = `node '${child.name}'`;
    const fillers = fillersOfNode(child, { ...surroundings, stdio: words });
    const env = { ...fillVariables(child.env, fillers, where), [RUN_MARKER]: runId, [NODE_MARKER]: child.name };
    const place = stdioPlace(folder, topology, link);
    await writeWrapper(place, words(link.name).words);
    const name = `stdio-${basename(dirname(place.wrapper))}`;
    await makeHome(folder, name);
    const command = farWords(requireShim(shim), place, { command: fillAll(child.command, fillers, where), env });
    const half = await spawn(await plannedProgram({ kind: 'program', name }, { command }, surroundings, { fillers: new Map() }), log);
    halves.set(name, half);
    return half;
  }

  const marked = (node: string): ReturnType<ProcessTree['marked']> => markedProcesses(runId).filter((each) => each.node === node);
  const children = stdioChildren({ topology, launch, marked, site, ...(outerPid && { outerPid }) });
  return {
    words,
    children,
    farHalves: () => [...halves].filter(([, { first }]) => !first.ended).map(([name]) => name),
    ended: () => Promise.all([...halves.values()].map(({ first }) => first.exited)),
    withChildren: (node) => ({
      ...node,
      async stop() {
        const { killed, survivors } = await node.stop();
        return { killed, ...(survivors && { survivors: survivors.map(children.childBehind) }) };
      },
    }),
  };
}

function requireShim(shim: string | undefined): string {
  if (shim === undefined) throw new RuntimeError('this process runtime was made without the shim that stdio links need');
  return shim;
}
