// The fault proxy as a program: `node serve.ts --listen 127.0.0.1:8474 [--seed S] [--config proxies.json]`. When its
// control API answers, it prints one line of JSON on stdout. It stops within a second when told.

import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { flushCompileCache } from 'node:module';
import { BlockList, isIPv6 } from 'node:net';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { addressText, parseAddress, resolved } from './relay/address.ts';
import type { Address } from './relay/address.ts';
import { parseGoJson } from './api/go-json.ts';
import { listenOn } from './relay/listener.ts';
import { controlServer } from './api/server.ts';
import type { ControlServer } from './api/server.ts';
import { messageOf } from './stream/message-of.ts';

export interface ServeOptions {
  /** `host:port` or `unix:/path`. */
  listen: string;
  /** Chosen and told when absent. */
  seed?: string | number;
  /** A file of proxies, as POST /populate takes them. */
  config?: string;
  /** The control API may then be reached from other machines. */
  allowRemote?: boolean;
  /** Stop when stdin ends, which it does when the parent is gone. */
  exitWithParent?: boolean;
}

/** What was asked for can never be: another address or another file is needed. */
class MistakeError extends Error {}

const CODE = { ended: 0, failed: 1, usage: 2 } as const;

/** Runs until it is told to stop; gives the exit code: 0, 1 for what the machine does not allow, 2 for a mistake in what was asked. What it says goes to `say`, a line of JSON each. */
export async function serve(options: ServeOptions, say: (line: string) => void = console.log): Promise<number> {
  const seed = String(options.seed ?? randomBytes(8).toString('hex'));
  const control = controlServer({ seed, allowRemote: options.allowRemote === true });
  try {
    const address = await openApi(control.http, options);
    if (options.config !== undefined) await populate(control, options.config);
    if (!isLocal(address)) console.error(`tornwire proxy: ${whatIsOpen(address)}`);
    say(JSON.stringify({ event: 'listening', ...placeOf(address), seed }));
  } catch (error) {
    control.stop();
    console.error(`tornwire proxy: ${messageOf(error).replaceAll(/\s*\n\s*/g, ' ')}`);
    return error instanceof MistakeError ? CODE.usage : CODE.failed;
  }
  await told(options.exitWithParent === true);
  control.stop();
  return CODE.ended;
}

async function openApi(http: Server, options: ServeOptions): Promise<Address> {
  const address = await asked(options.listen);
  if (options.allowRemote !== true && !isLocal(address)) {
    throw new MistakeError(`${options.listen} can be reached from other machines; use 127.0.0.1, or --allow-remote if that is wanted`);
  }
  return listenOn(http, address);
}

async function asked(listen: string): Promise<Address> {
  try {
    return await resolved(parseAddress(listen));
  } catch (cause) {
    throw new MistakeError(messageOf(cause), { cause });
  }
}

function isLocal(address: Address): boolean {
  if (address.transport === 'unix') return true;
  if (address.host === '') return false;
  const loopback = new BlockList();
  loopback.addSubnet('127.0.0.0', 8, 'ipv4');
  loopback.addAddress('::1', 'ipv6');
  return loopback.check(address.host, isIPv6(address.host) ? 'ipv6' : 'ipv4');
}

function whatIsOpen(address: Address): string {
  return `--allow-remote: whoever reaches ${addressText(address)} can open ports here, reach through them whatever this machine reaches, and read what passes; there is no password`;
}

function placeOf(address: Address): Record<string, unknown> {
  return address.transport === 'tcp' ? { host: address.host, port: address.port } : { path: address.path, address: addressText(address) };
}

async function populate(control: ControlServer, file: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch((cause: Error) => {
    throw new MistakeError(`cannot read ${file}: ${cause.message}`, { cause });
  });
  const parsed = parseGoJson(text);
  if ('error' in parsed) throw new MistakeError(`${file}: ${parsed.error}`);
  const { error } = await control.collection.populate(() => parsed.value);
  if (error === undefined) return;
  const message = `${file}: ${error.message}`;
  throw error.status < 500 ? new MistakeError(message, { cause: error }) : new Error(message, { cause: error });
}

/** By a signal, or by the end of stdin. */
function told(exitWithParent: boolean): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
    if (!exitWithParent) return;
    process.stdin.on('end', resolve).on('close', resolve).on('error', resolve);
    process.stdin.resume();
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      listen: { type: 'string', default: '127.0.0.1:8474' },
      seed: { type: 'string' },
      config: { type: 'string' },
      'allow-remote': { type: 'boolean', default: false },
      'exit-with-parent': { type: 'boolean', default: false },
    },
  });
  const options: ServeOptions = {
    listen: values.listen,
    allowRemote: values['allow-remote'],
    exitWithParent: values['exit-with-parent'],
    ...(values.seed !== undefined && { seed: values.seed }),
    ...(values.config !== undefined && { config: values.config }),
  };
  const code = await serve(options, (line) => {
    console.log(line);
    // Its parent kills it in the end, and then Node would not keep what it has compiled.
    flushCompileCache();
  });
  // Peers that do not answer a clean end must not keep us.
  process.exit(code);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
