// The stdio links of a run of processes: the words that stand in for each child's command, and the far halves, which
// are helper programs that run before the nodes do.
import { mkdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Link } from '../../model/system/link.ts';
import { linkNamed, nodeNamed } from '../../model/system/topology.ts';
import type { LogLines } from '../logs/log-lines.ts';
import { markedProcesses, NODE_MARKER, RUN_MARKER } from '../linux/marked-processes.ts';
import { makeHome } from '../ground/node-home.ts';
import type { NodeSite } from '../faults/node-processes.ts';
import { fillAll, fillVariables } from '../ground/placeholders.ts';
import { fillersOfNode, type PlannedProgram, plannedProgram, type Surroundings } from '../ground/planned-program.ts';
import type { ProcessTree } from './process-tree.ts';
import { type RunningNode, RuntimeError, type StdioPrograms } from '../runtime.ts';
import { type StdioChildren, stdioChildren, type StdioWay } from './stdio-children.ts';
import { relayWords, stdioPlace, writeWrapper } from '../ground/stdio-place.ts';

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
  shim: StdioPrograms | undefined,
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
    return { words: [place.wrapper], wrapper: place.wrapper };
  }

  /** The child gets the variables of the node that starts it, its own over them, and marks that tell it from that node. */
  async function launch(link: Link, log: LogLines): Promise<ProcessTree> {
    const child = nodeNamed(topology, link.to);
    const where = `node '${child.name}'`;
    const fillers = fillersOfNode(child, { ...surroundings, stdio: words });
    const env = { ...fillVariables(child.env, fillers, where), [RUN_MARKER]: runId, [NODE_MARKER]: child.name };
    const place = stdioPlace(folder, topology, link);
    await mkdir(dirname(place.wrapper), { recursive: true });
    const name = `stdio-${basename(dirname(place.wrapper))}`;
    await makeHome(folder, name);
    const command = relayWords(requireShim(shim), place, book.dial(link), { command: fillAll(child.command, fillers, where), env });
    // So that the way without native calls can be tried anywhere.
    const refused = process.env['TORNWIRE_NO_NATIVE'];
    const program = { command, env: refused === undefined ? {} : { TORNWIRE_NO_NATIVE: refused } };
    const half = await spawn(await plannedProgram({ kind: 'program', name }, program, surroundings, { fillers: new Map() }), log);
    halves.set(name, half);
    return half;
  }

  const marked = (node: string): ReturnType<ProcessTree['marked']> => markedProcesses(runId).filter((each) => each.node === node);
  const stand = (link: Link, way: StdioWay): Promise<void> => {
    const marks = { [RUN_MARKER]: runId, [NODE_MARKER]: link.to };
    return writeWrapper(requireShim(shim), stdioPlace(folder, topology, link), { dial: book.dial(link), way, marks });
  };
  const children = stdioChildren({ topology, launch, stand, marked, site, ...(outerPid && { outerPid }) });
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

function requireShim(shim: StdioPrograms | undefined): StdioPrograms {
  if (shim === undefined) throw new RuntimeError('this process runtime was made without the shim that stdio links need');
  return shim;
}
