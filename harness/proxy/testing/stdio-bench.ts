// A stdio link for tests: the fault proxy in this process, the relay beside it, and the words that a parent spawns.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { writeWrapper } from '../../runtime/ground/stdio-place.ts';
import { controlServer } from '../api/server.ts';

const SHIM = join(import.meta.dirname, '../shim/stdio-shim.ts');
const STAND_IN = join(import.meta.dirname, '../shim/stand-in.ts');

export interface StdioBench extends AsyncDisposable {
  /** What a parent spawns in place of this command. */
  words(command: readonly string[]): string[];
  arm(type: string, stream: 'stdin' | 'stdout' | 'stderr', attributes: object): Promise<void>;
  /** Lines of JSON that the relay has said so far. */
  readonly reports: readonly Record<string, unknown>[];
}

export async function stdioBench(): Promise<StdioBench> {
  const folder = await mkdtemp(join(tmpdir(), 'tw-'));
  const at = (name: string): string => join(folder, name);
  const control = controlServer({ seed: '1' });
  await once(control.http.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(control.http.address() as AddressInfo).port}`;
  const post = async (path: string, body: object): Promise<void> => {
    const response = await fetch(url + path, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  };
  await post('/proxies', { name: 'link', listen: `unix:${at('proxy')}`, upstream: `unix:${at('far')}`, framing: 'ndjson', preamble: true });
  const sockets = ['--socket', at('far'), '--control', at('control'), '--dial', at('proxy')];
  const relay = spawn(process.execPath, [SHIM, 'relay', ...sockets, '--'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const reports: Record<string, unknown>[] = [];
  const lines = createInterface({ input: relay.stdout });
  lines.on('line', (line) => line.startsWith('{') && reports.push(JSON.parse(line) as Record<string, unknown>));
  await new Promise<void>((resolve) => lines.on('line', (line) => line === 'listening' && resolve()));
  const place = { socket: at('far'), control: at('control'), wrapper: at('child') };
  const way = reports[0]?.['way'] === 'beside' ? 'beside' : 'between';
  await writeWrapper({ shim: SHIM, standIn: STAND_IN }, place, { dial: { transport: 'unix', path: at('proxy') }, way, marks: {} });

  return {
    words: (command) => [place.wrapper, ...command],
    reports,
    arm: (type, stream, attributes) =>
      post('/proxies/link/toxics', {
        name: type,
        type,
        stream: stream === 'stdin' ? 'upstream' : 'downstream',
        attributes: { label: stream, ...attributes },
      }),
    async [Symbol.asyncDispose]() {
      relay.kill('SIGTERM');
      await once(relay, 'exit');
      control.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
