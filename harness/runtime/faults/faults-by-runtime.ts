// The table "fault x runtime" of the documentation. It is made by asking the code that plans, so it cannot differ from
// planning. The contract of each family shows the effect of every cell that works.
import { CLOCK_FAULT_KINDS } from '../../model/faults/clock-fault.ts';
import type { FileFault } from '../../model/faults/file-fault.ts';
import { FILE_FAULTS } from '../../model/faults/file/table.ts';
import type { NodeFault, NodeFaultKind } from '../../model/faults/node-fault.ts';
import { NODE_FAULTS } from '../../model/faults/node/table.ts';
import type { DemandingStep, Runtime } from '../runtime.ts';

/** One family: a title, what must be said about it, and a row for each fault. */
interface Family {
  title: string;
  about: string;
  rows: readonly FaultRow[];
}

interface FaultRow {
  name: string;
  step: DemandingStep;
}

/** One fault for each row, on a node called `target`: each fault brings its own rows. */
export const NODE_FAULT_ROWS = Object.assign({}, ...Object.values(NODE_FAULTS).map(({ examples }) => examples)) as NodeFaultRows;

type Examples = (typeof NODE_FAULTS)[NodeFaultKind]['examples'];
/** The rows of all faults side by side, each with its own fault. */
type NodeFaultRows = { readonly [Row in KeyIn<Examples>]: ValueIn<Examples, Row> };
type KeyIn<Each> = Each extends unknown ? keyof Each : never;
type ValueIn<Each, Key> = Each extends unknown ? (Key extends keyof Each ? Each[Key] : never) : never;

const NODES: Family = {
  title: 'Nodes, containers and system calls',
  about: `All of them act on the whole process group, grandchildren included. \`pause\` stops a container through its control group.
\`environment\` acts from the next start of the node on. Every fault below it in the table also acts on a node that runs.
Some need more than the runtime: \`unread\` needs \`ss\` for processes and the native calls for containers,
\`limit: descriptors\` needs \`prlimit\`, and \`calls\` needs \`strace\` on the machine of the harness and the right to trace.
If one of these is missing, the case is skipped with the reason and the cure.`,
  rows: Object.entries<NodeFault>(NODE_FAULT_ROWS).map(([name, fault]) => ({ name, step: { on: 'node', fault } })),
};

const FILES: Family = {
  title: 'Files',
  about: `A file is named by its node and a path that begins with \`{state}\`, \`{tmp}\` or \`{listen.NAME.path}\`, with wildcards
for names that nobody knows beforehand. The run's folder is the same one in every runtime, so the harness itself acts on it.
\`read-only\` needs, for root, a file system with the immutable flag (ext4, xfs, btrfs, the tmpfs of a recent kernel) and \`chattr\`.
Then writers see EPERM, otherwise EACCES. \`full-disk\` needs root: the folder is a tmpfs of its own from the start of the run.`,
  rows: Object.values(FILE_FAULTS).flatMap(({ examples }) =>
    Object.entries<FileFault>(examples).map(([name, fault]): FaultRow => ({ name, step: { on: 'file', fault } })),
  ),
};

const CLOCKS: Family = {
  title: 'Clocks',
  about: `By libfaketime, which the program's C library must load: a static program and one in Go keep the machine's time, which
is seen (\`jump\` and \`skew\` have not fired then, and a faster clock is a harness error). On the machine of the harness it is
Debian's package \`libfaketime\`; the bundled image has it. File times stay the kernel's. \`jump\` and \`skew\` need clock speed 1.`,
  rows: [...CLOCK_FAULT_KINDS, '--clock-speed'].map((name) => ({ name, step: { on: 'clock' } })),
};

const FAMILIES: readonly Family[] = [NODES, FILES, CLOCKS];

/** @param runtimes one for each column */
export function renderFaultsByRuntime(runtimes: readonly Pick<Runtime, 'name' | 'refuses'>[]): string {
  const reasons: string[] = [];
  const sections = FAMILIES.map(({ title, about, rows }) => {
    const cells = rows.map(({ name, step }) => [`\`${name}\``, ...runtimes.map((runtime) => cell(runtime.refuses(step), reasons))]);
    return `## ${title}\n\n${about}\n\n${table(['fault', ...runtimes.map(({ name }) => name)], cells)}\n`;
  });
  return `# Faults by runtime

This page is generated from \`harness/runtime/faults/faults-by-runtime.ts\`. A test fails when it is not current, and
\`npx vitest run harness/runtime/faults/faults-by-runtime.test.ts -u\` writes it anew.

\`process\` starts nodes as processes of this machine, \`container\` in containers of its Docker engine. \`mock\` plays them
for the tests of the harness. If a case asks for a cell without "yes", it is refused when it is planned, before anything is
started, with the reason below. What links carry is in [faults-by-transport.md](faults-by-transport.md).

${sections.join('\n')}
## Reasons

${reasons.map((reason, index) => `${index + 1}. ${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`).join('\n')}
`;
}

function cell(refusal: string | undefined, reasons: string[]): string {
  if (refusal === undefined) return 'yes';
  if (!reasons.includes(refusal)) reasons.push(refusal);
  return `no (${reasons.indexOf(refusal) + 1})`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
