// Rows of `tornwire doctor`: what a machine has or lacks. The row itself says the cure.
import type { Explanation } from './explanation.ts';

const CLOSER = [
  '`tornwire doctor` prints the row with what it found here and the cure.',
  'Cases that need it are skipped, printed and counted.',
];

function lack(means: string, causes: readonly string[], page = 'reference/faults-by-runtime.md'): Explanation {
  return { means, causes, closer: CLOSER, page };
}

export const MACHINE = {
  'TW-DOCTOR-LINUX': lack('Runs need Linux: the process runtime reads /proc and makes namespaces.', [
    'The machine runs macOS or Windows. Use a Linux container or a virtual machine.',
  ]),
  'TW-DOCTOR-NODE': lack('Which Node runs the harness.', ['A Node below 22.22 is refused before anything else.']),
  'TW-DOCTOR-GIT': lack(
    'git applies the patches of reported bugs (--defect).',
    ['git is not installed.'],
    'how-to/reproduce-a-reported-bug.md',
  ),
  'TW-DOCTOR-EXACT-SPLITS': lack(
    'Native calls make each slice of a split arrive by itself. Without them slices are paced by time, and say so.',
    ['The optional package koffi is not installed or has no binary for this system.'],
    'reference/faults-by-transport.md',
  ),
  'TW-DOCTOR-CONTAINER-ENGINE': lack('A Docker engine runs the nodes of --runtime container.', [
    'No engine is installed or running.',
    'This user may not speak with it.',
  ]),
  'TW-DOCTOR-CONTAINER-CLIENT': lack('The package testcontainers speaks with the container engine. It is optional.', [
    'It is not installed in this project.',
  ]),
  'TW-DOCTOR-CONTAINER-IMAGES': lack('Images in which nodes without an image of their own run in containers.', [
    'They were not built: `tornwire images`.',
  ]),
  'TW-DOCTOR-TOXIPROXY': lack(
    "Shopify's Toxiproxy is a second fault server, beside our own.",
    ['Its server is not on PATH, and TORNWIRE_TOXIPROXY does not name it.'],
    'reference/toxiproxy-differences.md',
  ),
  'TW-DOCTOR-CLOCKS': lack('libfaketime gives a program another clock, or a faster one.', ['libfaketime is not installed.']),
  'TW-DOCTOR-DISKS': lack('Full disks and read-only folders for one node alone.', [
    'The run is not root.',
    'TMPDIR lies on a file system that cannot do it.',
  ]),
  'TW-DOCTOR-SYSTEM-CALLS': lack('strace makes the kernel answer one call of a program with an error.', [
    'strace is not installed, or this user may not trace.',
  ]),
  'TW-DOCTOR-BOXES': lack(
    'A box gives each case namespaces of its own: network, files, processes.',
    ['This user may not make namespaces, for example in a container without the right to do so.'],
    'explanation/isolation.md',
  ),
  'TW-DOCTOR-LOCKS': lack(
    'A run is alive for as long as it holds a lock, so that its remains are removed only after its end.',
    ['The optional package koffi is not installed.'],
    'explanation/isolation.md',
  ),
  'TW-DOCTOR-STDIO': lack(
    'A child over stdio is the child of its parent, as by hand. Otherwise a process of Tornwire stays between the two.',
    ['The kernel is older than Linux 6.15, which keeps a record of how a process ended.', 'The optional package koffi is not installed.'],
    'reference/children-over-stdio.md',
  ),
  'TW-DOCTOR-SCENARIOS': lack('Whether all scenarios of this project can run on this machine.', [
    'Some need what another row lacks.',
    'There is no project here, or its scenarios do not load.',
  ]),
  'TW-DOCTOR-PRESSURE': lack(
    'The kernel tells how much time programs waited for a processor (PSI). It tells lateness from a busy machine.',
    ['The kernel was built or booted without PSI. Then the event loop alone tells.'],
    'explanation/verdicts.md',
  ),
} as const satisfies Record<string, Explanation>;

export type MachineCode = keyof typeof MACHINE;
