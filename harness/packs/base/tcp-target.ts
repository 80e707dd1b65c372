// A target that listens at a TCP port of loopback, as the system of a scenario.
import type { Link } from '../../model/system/link.ts';
import type { System } from '../../model/scenario.ts';
import { PackUsageError } from './broken.ts';
import type { Target } from './pack.ts';
import { type Lack, SERVER, serverNode } from './places.ts';

/** Where servers listen who listen at one loopback address, or at all. */
export const HOST = '127.0.0.1';
export const LISTENER = 'port';

/** What the program says before the command becomes it. */
const STARTED = 'tornwire: the command is started';
const READY_WITHIN_MS = 20_000;
/** A container engine or a service manager waits at least so long (docker stop: 10 s). */
const STOP_WITHIN_MS = 8_000;

interface Listening {
  /** In a box it keeps this port. */
  port: number;
  /** The links of the script, by name. */
  links: Readonly<Record<string, Pick<Link, 'framing' | 'capture'>>>;
  /** The script itself waits until it listens, and says what is wrong when it does not. */
  watched?: boolean;
  lack?: Lack;
}

/** @param option what its user has typed it behind. @throws PackUsageError for a port that is none. */
export function portIn(text: string, option: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new PackUsageError(`${option}: a port is a number from 1 to 65535`);
}

export function tcpTarget(target: Target, { port, links, watched = false, lack = {} }: Listening): System {
  const first = [lack.before, ...(watched ? [`echo '${STARTED}'`] : [])].filter((line) => line !== undefined).join('\n');
  return {
    name: 'your server',
    topology: {
      nodes: [
        {
          ...serverNode(target, lack, first === '' ? undefined : first),
          listens: { [LISTENER]: { transport: 'tcp', port, host: HOST } },
          ready: watched ? { when: 'log', contains: STARTED } : { when: 'listening', listener: LISTENER },
          readyWithinMs: READY_WITHIN_MS,
          stopWithinMs: STOP_WITHIN_MS,
          // Before it is the program, it is a shell of 1 MB.
          ...(watched && { growthMaxMB: 4_096 }),
        },
      ],
      links: Object.entries(links).map(([name, link]) => ({ name, from: 'driver', to: SERVER, listener: LISTENER, ...link })),
    },
    clients: () => ({}),
  };
}
