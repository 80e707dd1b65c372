// A target that speaks over stdin and stdout, as the system of a scenario. The script is its parent.
import type { Framing } from '../../model/system/link.ts';
import type { System } from '../../model/scenario.ts';
import type { Target } from './pack.ts';
import { becoming, type Lack, mayLeave, SERVER } from './places.ts';

/** The link on which scripts start it: `script.child(CHILD)`. */
export const CHILD = 'driver->server';

/** Who must end with its client gets so long, in ms. */
const STOP_WITHIN_MS = 3_000;

export function stdioTarget(target: Target, framing: Framing, { before, env = { HOME: '{home}' }, exits }: Lack = {}): System {
  return {
    name: 'your server',
    topology: {
      nodes: [
        {
          name: SERVER,
          role: SERVER,
          command: becoming(target, before),
          env: { ...env, ...target.env },
          listens: { stdio: { transport: 'stdio' } },
          ready: { when: 'spawned' },
          readyWithinMs: 10_000,
          stopWithinMs: STOP_WITHIN_MS,
          ...(exits !== undefined && { exits }),
          // A warning of a language runtime is nobody's requirement.
          warnings: 'ignored',
          mayLeave: mayLeave(target),
        },
      ],
      links: [{ name: CHILD, from: 'driver', to: SERVER, listener: 'stdio', framing }],
    },
    clients: () => ({}),
  };
}
