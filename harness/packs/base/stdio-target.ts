// A target that speaks over stdin and stdout, as the system of a scenario. The script is its parent.
import type { Framing } from '../../model/system/link.ts';
import type { System } from '../../model/scenario.ts';
import type { Target } from './pack.ts';

/** The link on which scripts start it: `script.child(CHILD)`. */
export const CHILD = 'driver->server';
export const SERVER = 'server';

/** Who must end with its client gets so long, in ms. */
const STOP_WITHIN_MS = 3_000;

/** Changes the folder and becomes the command: the node's own folder is another one. */
const IN_FOLDER = ['/bin/sh', '-c', 'cd "$0" && exec "$@"'];

export function stdioTarget(target: Target, framing: Framing): System {
  return {
    name: 'your server',
    topology: {
      nodes: [
        {
          name: SERVER,
          role: SERVER,
          command: [...IN_FOLDER, target.cwd, ...target.command],
          env: { HOME: '{home}', ...target.env },
          listens: { stdio: { transport: 'stdio' } },
          ready: { when: 'spawned' },
          readyWithinMs: 10_000,
          stopWithinMs: STOP_WITHIN_MS,
          // Some caches of package managers and of the XDG folders are no litter of the server's own.
          mayLeave: ['{home}/.npm/**', '{home}/.cache/**', '{home}/.config/**', '{home}/.local/**'],
        },
      ],
      links: [{ name: CHILD, from: 'driver', to: SERVER, listener: 'stdio', framing }],
    },
    clients: () => ({}),
  };
}
