// Errors that end a command in one line: the code of an error is made of the name of its class.
import type { Explanation } from './explanation.ts';

const DOCTOR = '`tornwire doctor` says what this machine has and lacks, with the cure.';
const CHECK = '`tornwire init --check` names mistakes of adapters and scenarios with file and line, and starts nothing.';
const EXIT_PAGE = 'reference/exit-codes.md';

export const ERRORS: Readonly<Record<string, Explanation>> = {
  'TW-USAGE': {
    means: 'The command was called with words that do not fit. Exit code 2.',
    causes: ['An option, a name or a file is mistyped.'],
    closer: ['`tornwire <command> --help` prints the options of a command.'],
    page: 'reference/cli.md',
  },
  'TW-NOTHING-TO-RUN': {
    means: 'There is no scenario to run, so nothing is known. Exit code 4, never 0.',
    causes: ['The filter matches nothing.', 'The folder has no scenarios/, or its files do not end in .scenario.ts, .mts, .js or .mjs.'],
    closer: ['`tornwire list` prints all scenarios. `tornwire init` writes the first one.'],
    page: 'tutorials/first-red-scenario.md',
  },
  'TW-DURATION': {
    means: 'A time cannot be read. Write 250 (ms) or a text such as 250ms, 10s, 2min or 8h.',
    causes: ['The unit is missing in a text, or the time is longer than a year.'],
    closer: [CHECK],
    page: 'reference/steps.md',
  },
  'TW-SETTINGS': {
    means: 'A file of settings (the policy of the gate, the known flaws) cannot be read or has a wrong key. The line is named.',
    causes: ['A key is mistyped.', 'The YAML does not parse.'],
    closer: ['The package has JSON Schemas of these files, with which an editor marks the mistake: tornwire/schemas/policy.json.'],
    page: 'reference/policy.md',
  },
  'TW-REPRO': {
    means: 'A file of a saved failing case cannot be read by this version.',
    causes: ['It is no repro file, or it was cut.', 'It was written by a newer version of Tornwire.'],
    closer: ['The files of a project lie in results/repros/.'],
    page: 'how-to/reproduce-a-reported-bug.md',
  },
  'TW-PACK': {
    means: 'An archive of a failing case is not one that this version takes: nothing of it was written or run.',
    causes: ['It was cut, or changed after it was made.', 'It is another kind of archive.', 'It was made by a newer version of Tornwire.'],
    closer: ['`tar -tzf <archive>` lists what is in it.'],
    page: 'how-to/look-at-a-failure.md',
  },
  'TW-TOPOLOGY': {
    means: 'The topology of an adapter does not fit together: its nodes, listeners and links.',
    causes: ['A link names a node or a listener that there is not.', 'Two nodes want one port.', 'The start order has a cycle.'],
    closer: [CHECK],
    page: 'reference/topology.md',
  },
  'TW-PLAN': {
    means: 'The schedule of a scenario cannot happen.',
    causes: ['A step asks a link for a fault that no fault server can do on its transport.', 'A step waits for a step that there is not.'],
    closer: [CHECK, 'The table of faults by transport says what is possible where.'],
    page: 'reference/steps.md',
  },
  'TW-FIND': {
    means: '`tornwire init` found nothing that it could take, found more than one thing, or would replace a file.',
    causes: ['The folder has no MCP server, Compose file or Procfile.', 'A file with that name is there already.'],
    closer: ['Name what to take with --from <file>, or give the command, as in `tornwire init -- node server.js`.'],
    page: 'how-to/first-verdict.md',
  },
  'TW-RUNTIME': {
    means: 'This machine could not give what a run needs: a process, a port, a box, a container, a disk. Exit code 3.',
    causes: ['A port is taken by another program.', 'A tool or a right is missing.', 'The container engine does not answer.'],
    closer: [DOCTOR],
    page: EXIT_PAGE,
  },
  'TW-INJECTOR': {
    means: 'The fault server did not come up, did not answer or refused a request. Exit code 3.',
    causes: ['It was killed.', 'The machine stood still.'],
    closer: [DOCTOR, 'The log of the fault server lies beside the history of the case.'],
    page: 'reference/proxy-api.md',
  },
  'TW-RESULTS': {
    means: 'A file of results could not be written or read. Exit code 3.',
    causes: ['The disk is full.', 'The folder may not be written.', 'The file was changed by hand.'],
    closer: ['The message names the file and what the system said.'],
    page: 'reference/summary.md',
  },
  'TW-RECORDER': {
    means: 'The history of a case could not be written, and without it nothing can be judged. Exit code 3.',
    causes: ['The disk is full.', 'The folder may not be written.'],
    closer: ['The message names the file and what the system said.'],
    page: 'reference/summary.md',
  },
  'TW-QUEUE': {
    means:
      'The queue of a sweep on several machines cannot be used (exit code 3), or a worker leaves cases in it to others because it would not play the same.',
    causes: [
      'pg-boss is not installed in the project.',
      'PostgreSQL does not answer at this address, or does not let this user in. It stayed away until the budget was used up.',
      'The worker has other sources, another version of Tornwire, or lacks what the workload needs.',
    ],
    closer: [
      'The message says what PostgreSQL said. `psql <url>` tries the same by hand.',
      'Check out the same commit on each machine, and install what its lock file names.',
    ],
    page: 'how-to/sweep.md',
  },
  'TW-DEFECT': {
    means: 'A reported bug cannot be brought back (--defect).',
    causes: ['Its patch no longer applies to the code.', 'There is no defect of that name.', 'git is not installed.'],
    closer: ['`tornwire list --markdown defects` lists all defects.'],
    page: 'how-to/reproduce-a-reported-bug.md',
  },
  'TW-UNKNOWN-STEP': {
    means: 'A script asked for a step by an id that is not in the schedule.',
    causes: ['The id is mistyped. Without an `id` of its own a step is named by its fault and its place.'],
    closer: ['The message lists the ids that there are.'],
    page: 'reference/script.md',
  },
};
