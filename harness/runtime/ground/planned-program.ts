// What is started for a node or a helper program: its command and its whole environment. Every placeholder is filled, and
// what faults have prepared for this start is put in.
import type { Address } from '../../model/system/link.ts';
import { pathPartOf } from '../../model/values/path-part.ts';
import { linkNamed, type Node } from '../../model/system/topology.ts';
import type { AddressBook } from './addresses.ts';
import { environment, homeFolder, type Inhabitant, programsFolder, stateFolder } from './node-home.ts';
import { fill, fillAll, type Fillers, fillVariables, nodeFillers, type NodePlace } from './placeholders.ts';
import { preparedStart } from './prepared-start.ts';
import type { GroundRequest, Program, StartConditions } from '../runtime.ts';

/** What programs find on one ground, whoever they are. */
export interface Surroundings {
  request: Pick<GroundRequest, 'runId' | 'caseName' | 'topology' | 'source' | 'proxied'>;
  folder: string;
  book: AddressBook;
  /** What `{node}` stands for in a program of this image. */
  nodeBinary(image: string | undefined): string;
  /** The PATH that programs begin with. */
  path: string;
  /** What starts the child at the other end of a stdio link; absent where the runtime cannot do that. */
  stdio?: NonNullable<NodePlace['stdio']>;
}

export interface PlannedProgram {
  who: Inhabitant;
  command: readonly string[];
  /** Nothing of the harness's own environment is added to it. */
  env: Readonly<Record<string, string>>;
  workingFolder: string;
  image: string | undefined;
  reads: readonly string[];
}

export async function plannedProgram(
  who: Inhabitant,
  program: Pick<Program, 'command' | 'env' | 'image' | 'reads'> & Pick<Node, 'cwd'>,
  { request, folder, path }: Surroundings,
  at: { fillers: Fillers; variables?: Readonly<Record<string, string>> | undefined; under?: StartConditions | undefined },
): Promise<PlannedProgram> {
  const where = `${who.kind} '${who.name}'`;
  const filled = (variables: Readonly<Record<string, string>>): Record<string, string> => fillVariables(variables, at.fillers, where);
  const own = { ...filled(program.env ?? {}), ...at.variables };
  const start = { command: fillAll(program.command, at.fillers, where), env: environment(folder, request.runId, who, path, own) };
  const { cwd, reads = [] } = program;
  const begunIn = cwd === undefined ? undefined : fill(cwd, at.fillers, where);
  return {
    who,
    ...(await preparedStart(start, at.under ?? {}, programsFolder(folder), filled)),
    workingFolder: begunIn ?? stateFolder(folder, who.name),
    image: program.image,
    reads: begunIn === undefined || cwd?.startsWith('{') === true ? reads : [...reads, begunIn],
  };
}

export function fillersOfNode(node: Node, { request, folder, book, nodeBinary, stdio }: Surroundings): Fillers {
  return nodeFillers(node, request.topology, {
    run: request.runId,
    case: pathPartOf(request.caseName ?? 'case'),
    nodeBinary: nodeBinary(node.image),
    source: request.source,
    state: stateFolder(folder, node.name),
    home: homeFolder(folder, node.name),
    listen: (listener): Address => book.listen(node.name, listener),
    dial: (link): Address => book.dial(linkNamed(request.topology, link)),
    ...(stdio && { stdio }),
  });
}

/** @param host what a program must bind */
export function fillersOfProgram(program: Program, host: string, { nodeBinary }: Surroundings): Fillers {
  return new Map([
    ['node', () => nodeBinary(program.image)],
    ['host', () => host],
  ]);
}
