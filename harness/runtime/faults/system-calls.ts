// What the kernel answers to a node's system calls. strace injects the answer (strace(1), "Tampering") and writes down each
// call that it tampered with. That line is the proof.
import { mkdir, mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HoldOf } from './holds.ts';
import { PROGRAM_MARKER, RUN_MARKER } from '../linux/marked-processes.ts';
import type { NodeProcesses } from './node-processes.ts';
import type { Imposed } from '../runtime.ts';
import { startTracer } from '../linux/tracer.ts';

type Calls = HoldOf<'calls'>;

const TRACER = 'strace-';
const LINE_MAX = 160;

export async function tamperWithCalls(calls: Calls, node: NodeProcesses): Promise<Imposed> {
  await mkdir(node.folder('trace'), { recursive: true });
  const output = join(await mkdtemp(join(node.folder('trace'), 'calls-')), 'output');
  const env = { PATH: process.env['PATH'] ?? '', [RUN_MARKER]: node.runId, [PROGRAM_MARKER]: `${TRACER}${node.name}` };
  const words = ['-o', output, ...injectionWords(calls, node)];
  const tracer = await startTracer({ pids: await node.pids(), words, env });
  let linesSeen = 0;
  return {
    async hits() {
      const lines = (await readFile(output, 'utf8').catch(() => '')).split('\n').slice(0, -1);
      const fresh = lines.slice(linesSeen);
      linesSeen = lines.length;
      return fresh.filter((line) => isHit(line, calls)).map((line) => line.replace(/^\d+\s+/, '').slice(0, LINE_MAX));
    },
    lift: () => tracer.stop(),
  };
}

/** A program of the run by its marker that is only a tracer of a node. */
export function isTracer(program: string): boolean {
  return program.startsWith(TRACER);
}

/** @returns the expressions of strace(1) for this. */
function injectionWords(calls: Calls, node: Pick<NodeProcesses, 'folder'>): string[] {
  const set = calls.calls.join(',');
  const path = calls.path?.replaceAll('{state}', node.folder('state')).replaceAll('{tmp}', node.folder('tmp'));
  return ['-e', `trace=${set}`, '-e', `inject=${set}:${tampering(calls)}${when(calls)}`, ...(path === undefined ? [] : ['-P', path])];
}

function tampering({ inject }: Calls): string {
  switch (inject.what) {
    case 'error':
      return `error=${inject.error}`;
    case 'result':
      return `retval=${inject.result}`;
    case 'delay':
      return `delay_enter=${Math.round(inject.delayMs * 1_000)}`;
    case 'signal':
      return `signal=${inject.signal}`;
    default:
      return inject satisfies never;
  }
}

function when({ from = 1, count, every = 1 }: Calls): string {
  if (count === 1) return `:when=${from}`;
  const last = count === undefined ? '' : `..${from + (count - 1) * every}`;
  return `:when=${from}${last}+${every}`;
}

function isHit(line: string, { inject }: Calls): boolean {
  // strace marks the calls that it answers or delays; a signal that it sends is seen where it arrives.
  if (inject.what === 'signal') return line.includes(`--- ${inject.signal} {`) && line.includes('SI_KERNEL');
  return line.endsWith(inject.what === 'delay' ? '(DELAYED)' : '(INJECTED)');
}
