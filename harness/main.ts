// `tornwire <command>` -> exit code. Commands are loaded only when they are asked for.
import { main } from './cli/program.ts';

const MINIMUM_NODE = 24;

// A reader that has seen enough (`| head`) ends the output, not the run's exit code.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

if (Number(process.versions.node.split('.')[0]) < MINIMUM_NODE) {
  process.stderr.write(`tornwire: needs Node ${MINIMUM_NODE} or newer, this is ${process.version}; start it with 'npx tornwire'\n`);
  process.exitCode = 3;
} else process.exitCode = await main(process.argv.slice(2));
