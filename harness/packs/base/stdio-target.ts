// A target that speaks over stdin and stdout, as the system of a scenario. The script is its parent.
import type { Framing } from '../../model/system/link.ts';
import type { System } from '../../model/scenario.ts';
import type { Target } from './pack.ts';
import { type Lack, SERVER, serverNode } from './places.ts';

/** The link on which scripts start it: `script.child(CHILD)`. */
export const CHILD = 'driver->server';

/** Who must end with its client gets so long, in ms. */
const STOP_WITHIN_MS = 3_000;

export function stdioTarget(target: Target, framing: Framing, lack: Lack = {}): System {
  return {
    name: 'your server',
    topology: {
      nodes: [
        {
          ...serverNode(target, lack, lack.before),
          listens: { stdio: { transport: 'stdio' } },
          ready: { when: 'spawned' },
          readyWithinMs: 10_000,
          stopWithinMs: STOP_WITHIN_MS,
        },
      ],
      links: [{ name: CHILD, from: 'driver', to: SERVER, listener: 'stdio', framing }],
    },
    clients: () => ({}),
  };
}
