// The part of a box that a worker has for all its cases: namespaces of network, mounts and IPC. `unshare` (util-linux) makes them
// and then becomes the worker. So drivers, clients, proxies and nodes share one network that nobody else is in.
//
//   the superuser's   command ── worker                          the worker's process number stays what it was
//   anybody else's    command ── unshare ── sh ── worker         a user namespace, and a PID namespace that belongs to it: else
//                                                                a worker could not come back from the one of a case
import { execFile, type ExecFileException } from 'node:child_process';
import { systemCalls, MOUNT, type SystemCalls } from '../linux/system-calls.ts';

/** Stands before the words of a program that is to live in a box. */
export function boxWords(): string[] {
  return isRoot() ? ['unshare', ...namespaces(), '--'] : ['unshare', ...namespaces(), '--', '/bin/sh', '-c', REAPING, 'sh'];
}

/** Whether the worker is not what was started, but the child of its child. */
export function hasOwnPids(): boolean {
  return !isRoot();
}

/** What stands before the words of a node's program: it sees its own case in /proc, and has no more rights than by hand. */
export function nodeWords(): string[] {
  const rights = isRoot() ? [] : WITHOUT_RIGHTS;
  return ['unshare', '--mount-proc', '--propagation', 'slave', '--', ...rights];
}

/** Why no box can be made here, in one line; undefined when one was made and left again. About 20 ms. */
export async function boxUnavailable(): Promise<string | undefined> {
  const calls = systemCalls();
  if ('missing' in calls) return calls.missing;
  const words = [
    ...new Set([...namespaces(), ...OWN_PIDS]),
    '--',
    'sh',
    '-c',
    isRoot() ? TRIAL : `${TRIAL}\n${WITHOUT_RIGHTS.join(' ')} true`,
  ];
  return await new Promise((resolve) => {
    execFile('unshare', words, { timeout: TRIAL_WITHIN_MS, killSignal: 'SIGKILL' }, (error, _stdout, stderr) =>
      resolve(error ? whyNot(error, stderr) : undefined),
    );
  });
}

/** GNU env from coreutils 8.31 on. A shell cannot say it: some catch the signal all the same. */
export const DEAF_TO_CHILDREN = ['env', '--ignore-signal=CHLD'];

const OWN_PIDS = ['--pid', '--fork', '--kill-child', '--mount-proc'];
const WITHOUT_RIGHTS = ['setpriv', '--ambient-caps=-all', '--inh-caps=-all', '--'];
/** The first process of a PID namespace takes in orphans; a shell that waits asks how they ended. */
const REAPING = '"$@" & wait $!; exit $?';

function whyNot(error: ExecFileException, stderr: string): string {
  if (error.code === 'ENOENT') return 'there is no unshare: install util-linux';
  return stderr.trim().split('\n')[0] || error.message;
}

const TRIAL_WITHIN_MS = 10_000;

/** What else a box is made of. */
const TRIAL = `set -e
mount -t tmpfs none /tmp
${DEAF_TO_CHILDREN.join(' ')} true`;

/** For a worker that `boxWords` has started: its loopback interface comes up, and what it mounts is seen by the nodes that run. */
export function enterBox(): SystemCalls {
  const calls = systemCalls();
  if ('missing' in calls) throw new Error(`no box: ${calls.missing}`);
  calls.loopbackUp();
  calls.mount(null, '/', null, MOUNT.recursive | MOUNT.shared, null);
  return calls;
}

function namespaces(): string[] {
  const own = ['--net', '--mount', '--ipc'];
  return isRoot() ? own : ['--user', '--map-current-user', '--keep-caps', ...own, ...OWN_PIDS];
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
