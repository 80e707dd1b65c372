// `tornwire <command>` -> exit code. A command is loaded only when it is asked for.
// Its modules come from a compile cache of Node's where there is one, as those of a worker do: that halves the time until it begins.
import './node-22.ts';
import { enableCompileCache } from 'node:module';
import { ownCompileCache } from './runtime/ground/base-folder.ts';

// A reader that has seen enough (`| head`) ends the output, not the run's exit code.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

// Until a verdict says otherwise nothing is known, and whatever ends this process early is never a pass.
process.exitCode = 3;
process.on('uncaughtException', (error: unknown) => {
  process.stderr.write(`tornwire: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(3);
});

const folder = ownCompileCache();
if (folder !== undefined) enableCompileCache(folder);
const { main } = await import('./cli/program.ts');
process.exitCode = await main(process.argv.slice(2));
