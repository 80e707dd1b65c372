// The child of a stdio link that the script dials. The harness is its parent, as a client program would be.
import { DRIVER } from '../../model/system/link.ts';
import { linkNamed, TopologyError, transportOf } from '../../model/system/topology.ts';
import type { Script, ScriptChild } from '../../model/scenario.ts';
import type { Stage } from './stage.ts';

/** @throws TopologyError for a link that is not the driver's or not over stdio. */
export async function childOn(name: string, { plan, system, recorder }: Stage, defer: Script['defer']): Promise<ScriptChild> {
  const link = linkNamed(plan.topology, name);
  if (link.from !== DRIVER || transportOf(plan.topology, link) !== 'stdio')
    throw new TopologyError(`link '${name}': the script can start the child of a stdio link from '${DRIVER}' only`);
  const child = await system.child(link);
  const { pid, stdin, stdout, stderr } = child;
  let ended = false;
  const exited = child.exited.then(({ code, signal }) => {
    ended = true;
    return { code, signal };
  });
  logLinesOf(stderr, (line) => void recorder.record({ kind: 'log', node: link.to, stream: 'stderr', line }));
  defer(() => {
    stdin.end();
    // What nobody reads any more must not keep it.
    stdout.resume();
  });
  const kill = (signal: NodeJS.Signals = 'SIGTERM'): boolean => !ended && process.kill(pid, signal);
  return { pid, stdin, stdout, stderr, exited, kill };
}

function logLinesOf(stream: NodeJS.ReadableStream, line: (text: string) => void): void {
  let rest = '';
  stream.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString('utf8')).split('\n');
    rest = lines.pop() ?? '';
    for (const each of lines) line(each);
  });
  stream.on('end', () => rest !== '' && line(rest));
}
