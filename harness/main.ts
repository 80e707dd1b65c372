// `tornwire <command>` -> exit code. Commands are loaded only when they are asked for.
import './node-22.ts';
import { main } from './cli/program.ts';

// A reader that has seen enough (`| head`) ends the output, not the run's exit code.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await main(process.argv.slice(2));
