// The part of a box that a worker has for all its cases: namespaces of network, mounts and IPC, and a user namespace where
// the harness is not the superuser. `unshare` (util-linux) makes them and then becomes the worker, whose process number
// stays what it was. So drivers, clients, proxies and nodes share one network that nobody else is in.
import { execa } from 'execa';
import { systemCalls, MOUNT, type SystemCalls } from '../linux/system-calls.ts';

/** Stands before the words of a program that is to live in a box. */
export function boxWords(): string[] {
  return ['unshare', ...namespaces(), '--'];
}

/** Why no box can be made here, in one line; undefined when one was made and left again. About 20 ms. */
export async function boxUnavailable(): Promise<string | undefined> {
  const calls = systemCalls();
  if ('missing' in calls) return calls.missing;
  if (!isRoot()) return 'only the superuser makes boxes so far';
  const words = [...namespaces(), '--pid', '--fork', '--kill-child', '--mount-proc', '--', 'sh', '-c', TRIAL];
  const { failed, stderr, shortMessage } = await execa('unshare', words, { reject: false, timeout: 10_000 });
  if (!failed) return undefined;
  return stderr.trim().split('\n')[0] || (shortMessage ?? 'unshare failed');
}

/** GNU env from coreutils 8.31 on. A shell cannot say it: some catch the signal all the same. */
export const DEAF_TO_CHILDREN = ['env', '--ignore-signal=CHLD'];

/** What stands on the way to a private temporary folder. */
const TRIAL = `set -e
mount -t tmpfs none /tmp
mkdir /tmp/up /tmp/work
mount -t overlay overlay -o lowerdir=/var,upperdir=/tmp/up,workdir=/tmp/work /tmp
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
  const user = isRoot() ? [] : ['--user', '--map-current-user', '--keep-caps'];
  return [...user, '--net', '--mount', '--ipc'];
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
