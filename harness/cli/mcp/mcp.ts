// `tornwire mcp`: a server of MCP over stdio, for coding agents. It serves the project in whose folder it was started.
import { EXIT } from '../../model/values/exit-code.ts';
import { serveTools } from './protocol.ts';
import { INSTRUCTIONS, TOOLS } from './tools.ts';
import { projectAt } from '../project/project.ts';

/** Ends with its stdin. A signal ends it too, as the end of stdin does. */
export async function mcp(): Promise<number> {
  projectAt(process.cwd());
  const end = (): void => void process.stdin.destroy();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, end);
  await serveTools(TOOLS, INSTRUCTIONS, process.stdin, process.stdout);
  return EXIT.pass;
}
