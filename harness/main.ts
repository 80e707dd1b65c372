// `tornwire <command>` -> exit code. A command is loaded only when it is asked for.
import './node-22.ts';
import { main } from './cli/program.ts';

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

process.exitCode = await main(process.argv.slice(2));
