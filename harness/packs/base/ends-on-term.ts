// SIGTERM to a server that nobody else ends.
import type { Script } from '../../model/scenario.ts';
import { commandsOf } from './commands.ts';
import { SERVER } from './places.ts';

const ENDS_WITHIN = '8s';

/** Sends SIGTERM to its process, as `kill` does, and waits until that is gone. What it has started and left is told when all is stopped. */
export async function endsOnTerm(script: Script): Promise<void> {
  const node = script.node(SERVER);
  void node.kill('SIGTERM', 'process').catch(() => undefined);
  const isOver = async (): Promise<boolean> => {
    if (!node.running) return true;
    throw new Error(`it lives on: ${commandsOf(await node.pids())}`);
  };
  await script.until('your server ends after SIGTERM', isOver, { within: ENDS_WITHIN });
}
