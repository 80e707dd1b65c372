// A target that speaks over stdin and stdout, as the system of a scenario. The script is its parent.
import { dirname, isAbsolute } from 'node:path';
import type { Framing } from '../../model/system/link.ts';
import type { System } from '../../model/scenario.ts';
import type { Node } from '../../model/system/topology.ts';
import type { Target } from './pack.ts';

/** The link on which scripts start it: `script.child(CHILD)`. */
export const CHILD = 'driver->server';
export const SERVER = 'server';

/** Who must end with its client gets so long, in ms. */
const STOP_WITHIN_MS = 3_000;

/**
 * Where the XDG Base Directory Specification wants what is to stay, and where npm keeps its cache. Older programs have a dotfile, or a
 * folder of that kind, of a name that is the same each time: one with digits in it is most often made anew by each process.
 */
const FOLDERS = ['.cache', '.config', '.local/share', '.local/state', '.npm'].map((folder) => `{home}/${folder}/**`);
const MAY_LEAVE = [...FOLDERS, '{home}/.!(*[0-9]*)', '{home}/.!(*[0-9]*)/**'];

/** What it lacks compared with the shell in which its user typed the command. */
export interface Lack {
  /** Said by the shell that becomes the program, in the folder of its own that the run keeps for it. */
  before?: string;
  /** Instead of an empty HOME. */
  env?: Readonly<Record<string, string>>;
  /** Ways to end that are no crash: see `exits` of a node. */
  exits?: Node['exits'];
}

/** Does what is to be done before, changes the folder and becomes the command: the node's own folder is another one. */
const becoming = (before: string): readonly string[] => ['/bin/sh', '-c', `${before}cd "$0" && exec "$@"`];

/**
 * In a box the folders for temporary files are watched, and programs may lie there: what Python compiles at the first start, and what
 * is written in the folder where the command is typed or where its program lies, is no litter of a session.
 */
function ownPlaces({ cwd, command }: Target): string[] {
  const programs = command.filter((word) => isAbsolute(word)).map((word) => dirname(dirname(word)));
  const folders = [cwd, ...programs].filter((folder) => folder.split('/').filter(Boolean).length > 1);
  return ['/**/__pycache__/**', ...new Set(folders.map((folder) => `${folder}/**`))];
}

export function stdioTarget(target: Target, framing: Framing, { before, env = { HOME: '{home}' }, exits }: Lack = {}): System {
  return {
    name: 'your server',
    topology: {
      nodes: [
        {
          name: SERVER,
          role: SERVER,
          command: [...becoming(before === undefined ? '' : `${before}\n`), target.cwd, ...target.command],
          env: { ...env, ...target.env },
          listens: { stdio: { transport: 'stdio' } },
          ready: { when: 'spawned' },
          readyWithinMs: 10_000,
          stopWithinMs: STOP_WITHIN_MS,
          ...(exits !== undefined && { exits }),
          // A warning of a language runtime is nobody's requirement.
          warnings: 'ignored',
          mayLeave: [...MAY_LEAVE, ...ownPlaces(target)],
        },
      ],
      links: [{ name: CHILD, from: 'driver', to: SERVER, listener: 'stdio', framing }],
    },
    clients: () => ({}),
  };
}
