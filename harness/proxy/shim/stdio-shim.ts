// Puts the fault proxy between a parent and a child that talk over stdio. The parent starts the near half
// in place of its child's command; the far half runs the real command; the three streams pass the proxy.
//
//   parent ==stdio== near --+-- stdin, stdout, stderr --> proxy --> far ==stdio== command
//                           +-- control (signals, exit): past the proxy, as in life ---^
//
// Where the machine allows it, nothing stands between (relay.ts, stand-in.ts): the relay takes far's place, and a stand-in
// that becomes the command takes near's.
//
//   node stdio-shim.ts relay --socket <proxy's upstream path> --control <path> --dial <proxy's path> [--env …]… -- command args…
//   node stdio-shim.ts near --socket <proxy's path> [--control <path>] [-- command args…]
//   node stdio-shim.ts far --socket <proxy's upstream path> [--control <path>] [--env NAME=VALUE]… [-- command args…]
//
// What runs is far's command with near's words behind it: with a command at far these are its arguments, without one
// they are the command. Environment (under far's --env) and working directory are near's.
// Each session's streams are connections 1, 2 and 3 of the proxy (then 4, 5, 6, …), in the order stdin, stdout,
// stderr. The first line towards far on each is its preamble, {"stream":"stdin","session":"…"}: a proxy with
// `preamble: true` passes it by its faults. Far says on stdout when it listens, and which commands run and end.

import { parseArgs } from 'node:util';
import { runFar } from './far.ts';
import { runNear } from './near.ts';
import { nativesHere, runRelay } from './relay.ts';
import type { RelayWay, ShimOptions } from './wire.ts';

const USAGE =
  'usage: stdio-shim.ts near|far|relay --socket <path> [--control <path>] [--dial <path>] [--env NAME=VALUE] [--drain-ms <n>] [--grace-ms <n>] [-- command args…]';

const separator = process.argv.indexOf('--');
const command = separator < 0 ? [] : process.argv.slice(separator + 1);
const { values, positionals } = parseArgs({
  args: process.argv.slice(2, separator < 0 ? undefined : separator),
  allowPositionals: true,
  options: {
    socket: { type: 'string' },
    control: { type: 'string' },
    dial: { type: 'string' },
    env: { type: 'string', multiple: true, default: [] },
    'drain-ms': { type: 'string', default: '2000' },
    'grace-ms': { type: 'string', default: '1000' },
  },
});

const { socket, control, dial } = values;
const [half] = positionals;
if (socket === undefined || !isHalf(half) || (half === 'relay' && (control === undefined || dial === undefined))) {
  process.stderr.write(`${USAGE}\n`);
  process.exit(2);
}
const env = Object.fromEntries(values.env.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
const options = { socket, control, command, env, drainMs: Number(values['drain-ms']), graceMs: Number(values['grace-ms']) };
if (half === 'near') await runNear(options);
else if (half === 'far') await runFar(options);
else await runBesideOrBetween({ ...options, control: control!, dial: dial! });

function isHalf(word: string | undefined): word is 'near' | 'far' | 'relay' {
  return word === 'near' || word === 'far' || word === 'relay';
}

async function runBesideOrBetween(asked: ShimOptions & { control: string; dial: string }): Promise<void> {
  const natives = await nativesHere();
  if (!('missing' in natives)) return runRelay(asked, natives);
  process.stdout.write(`${JSON.stringify({ way: 'between', why: natives.missing } satisfies RelayWay)}\n`);
  return runFar(asked);
}
