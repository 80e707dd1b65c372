// Faults of files and clocks through the whole straight line, on real nodes: what the node itself sees of each fault,
// that its hit is proven, that the lift takes it back, and that nothing is left on the machine.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { NO_SECRETS } from '../../model/secrets/redact.ts';
import type { Step } from '../../model/faults/fault.ts';
import { eventsOf, type Event } from '../../model/judging/history.ts';
import { defineScenario, type Script } from '../../model/scenario.ts';
import { onClock, onFile, onNode } from '../../model/faults/steps.ts';
import type { Node } from '../../model/system/topology.ts';
import type { Verdict } from '../../model/judging/verdict.ts';
import { ALWAYS_ON } from '../../oracles/table.ts';
import { clockLibrary } from '../../runtime/linux/fake-clock.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { smallDiskUnavailable } from '../../runtime/linux/small-disk.ts';
import { networksDouble } from '../testing/networks.double.ts';
import { runCase } from '../run-case.ts';

const PROGRAMS = join(import.meta.dirname, '../../runtime/testing/test-programs');
const NOTES = '{state}/notes/*.jsonl';
const WHOLE = '{"first":1}\n{"second":2}\n';
const PASS = expect.objectContaining({ outcome: 'pass' }) as Verdict;

export function describeFileAndClockFaults(runtime: Runtime): void {
  const { name } = runtime;

  test(`${name}: a line by half is there until the lift, and then whole, whatever was written behind it`, async () => {
    const schedule = [
      onFile('keeper', NOTES, { kind: 'half-line' }, { armAt: 'now', match: 1 }),
      onFile('keeper', NOTES, { kind: 'missing-newline', line: '{"third":3}' }, { armAt: 'now', match: 2 }),
    ];
    const { verdict, history } = await play(runtime, schedule, async (script) => {
      await script.mark('now');
      expect(await ask(script, 'read', { file: 'notes/b.jsonl' })).toBe('{"first":1}\n{"seco');
      expect(await ask(script, 'read', { file: 'notes/a.jsonl' })).toBe(`${WHOLE}{"third":3}`);
      await ask(script, 'append', { file: 'notes/b.jsonl', text: '{"after":4}\n' });
      await script.lift('half-line keeper');
      await script.lift('missing-newline keeper');
      expect(await ask(script, 'read', { file: 'notes/b.jsonl' })).toBe(`${WHOLE}{"after":4}\n`);
      expect(await ask(script, 'read', { file: 'notes/a.jsonl' })).toBe(`${WHOLE}{"third":3}\n`);
    });
    expect(verdict).toEqual(PASS);
    expect(hitsIn(history)).toEqual([
      { kind: 'file', node: 'keeper', path: expect.stringMatching(/\/notes\/b\.jsonl$/), bytesBefore: 25, bytesAfter: 18 },
      { kind: 'file', node: 'keeper', path: expect.stringMatching(/\/notes\/a\.jsonl$/), bytesBefore: 25, bytesAfter: 36 },
    ]);
  });

  test(`${name}: a tail is cut off, a line is no UTF-8, and another writer's lines stand at the end or inside`, async () => {
    const at = (file: string, id: string) => ({ armAt: file, id });
    const schedule = [
      onFile('keeper', NOTES, { kind: 'truncated-tail', bytes: 3 }, { ...at('1', 'tail'), mustFire: 2 }),
      onFile('keeper', '{state}/notes/a.jsonl', { kind: 'invalid-utf8' }, at('2', 'utf8')),
      onFile('keeper', '{state}/notes/b.jsonl', { kind: 'invalid-utf8', line: 'ab' }, at('2', 'utf8 line')),
      onFile('keeper', '{state}/notes/a.jsonl', { kind: 'foreign-lines', lines: ['x', 'y'] }, at('3', 'foreign')),
      onFile('keeper', '{state}/notes/b.jsonl', { kind: 'foreign-lines', lines: ['x'], inside: true }, at('3', 'inside')),
    ];
    const { verdict } = await play(runtime, schedule, async (script) => {
      const both = async (): Promise<unknown[]> => [
        await ask(script, 'read', { file: 'notes/a.jsonl' }),
        await ask(script, 'read', { file: 'notes/b.jsonl' }),
      ];
      await script.mark('1');
      expect(await both()).toEqual(['{"first":1}\n{"second":', '{"first":1}\n{"second":']);
      await script.mark('2');
      expect(await both()).toEqual(['{"fir\u00fft":1}\n{"second":', '{"first":1}\n{"second":a\u00ffb\n']);
      await script.mark('3');
      expect(await both()).toEqual(['{"fir\u00fft":1}\n{"second":x\ny\n', '{"first":1}\n{"secox\nnd":a\u00ffb\n']);
    });
    expect(verdict).toEqual(PASS);
  });

  test(`${name}: a step waits until a file has its lines, and acts once on each`, async () => {
    const waits = onFile('keeper', '{state}/*.log', { kind: 'truncated-tail', bytes: 1 }, { whenLines: 2, mustFire: 2 });
    const { verdict, history } = await play(runtime, [waits], async (script) => {
      await ask(script, 'append', { file: '1.log', text: 'one\n' });
      await ask(script, 'append', { file: '2.log', text: 'one\ntwo\n' });
      await script.fired(waits.id, { within: '5s' });
      await ask(script, 'append', { file: '1.log', text: 'two\n' });
      await script.fired(waits.id, { within: '5s', times: 2 });
      expect(await ask(script, 'read', { file: '1.log' })).toBe('one\ntwo');
    });
    expect(verdict).toEqual(PASS);
    expect(hitsIn(history).map((hit) => hit.kind === 'file' && hit.path.slice(-5))).toEqual(['2.log', '1.log']);
  });

  test(`${name}: what matches no file has not happened, and the run is vacuous`, async () => {
    const { verdict } = await play(runtime, [onFile('keeper', '{state}/no*', { kind: 'half-line' }, { armAt: 'now' })], (script) =>
      script.mark('now'),
    );
    expect(verdict).toMatchObject({
      outcome: 'unknown',
      reason: 'vacuous',
      detail: "'half-line keeper' fired 0 of 1 times: it waited for a file that matches '{state}/no*' of 'keeper'",
    });
  });

  test(`${name}: a folder takes nothing new while it is read-only, and with all below it nothing changes`, async () => {
    const schedule = [
      onFile('keeper', '{state}/kept', { kind: 'read-only' }, { armAt: 'now', id: 'shallow' }),
      onFile('keeper', '{state}/notes', { kind: 'read-only', deep: true }, { armAt: 'now', id: 'deep' }),
    ];
    const { verdict } = await play(runtime, schedule, async (script) => {
      await ask(script, 'write', { file: 'kept/old' });
      await script.mark('now');
      expect(await ask(script, 'write', { file: 'kept/new' })).toMatch(/^(EPERM|EACCES)$/);
      expect(await ask(script, 'append', { file: 'kept/old', text: 'y' })).toBe(null);
      expect(await ask(script, 'append', { file: 'notes/a.jsonl', text: 'y' })).toMatch(/^(EPERM|EACCES)$/);
      await script.lift('shallow');
      expect(await ask(script, 'write', { file: 'kept/new' })).toBe(null);
      // The deep one is lifted with all the others at the end, and by then the keeper's folder goes.
    });
    expect(verdict).toEqual(PASS);
  });

  test(`${name}: a disk is full until the lift, and nothing is mounted afterwards`, async ({ skip }) => {
    skip(smallDiskUnavailable() !== undefined, smallDiskUnavailable());
    const full = onFile('keeper', '{state}/disk', { kind: 'full-disk', sizeKB: 256, freeKB: 8 }, { armAt: 'now' });
    const { verdict, history } = await play(runtime, [full], async (script) => {
      expect(await ask(script, 'write', { file: 'disk/before', bytes: '100000' })).toBe(null);
      await script.mark('now');
      expect(await ask(script, 'write', { file: 'disk/little', bytes: '8000' })).toBe(null);
      expect(await ask(script, 'write', { file: 'disk/more', bytes: '8000' })).toBe('ENOSPC');
      expect(await ask(script, 'write', { file: 'elsewhere', bytes: '8000' })).toBe(null);
      await script.lift(full.id);
      expect(await ask(script, 'write', { file: 'disk/more', bytes: '8000' })).toBe(null);
    });
    expect(verdict).toEqual(PASS);
    const [hit] = hitsIn(history);
    expect(hit).toMatchObject({ bytesBefore: 262_144 - 102_400, bytesAfter: 8_192 });
    const path = hit?.kind === 'file' ? hit.path : '?';
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(path);
    expect(existsSync(path)).toBe(false);
  });

  test(`${name}: a predecessor's socket and lock are there from the start, and gone after the lift`, async () => {
    const schedule = [
      onFile('keeper', '{state}/old.sock', { kind: 'stale-socket' }),
      onFile('keeper', '{state}/old.pid', { kind: 'stale-file', content: '{dead-pid}\n' }),
    ];
    const { verdict } = await play(runtime, schedule, async (script) => {
      expect(await ask(script, 'dial', { file: 'old.sock' })).toBe('ECONNREFUSED');
      const pid = Number(await ask(script, 'read', { file: 'old.pid' }));
      expect(pid).toBeGreaterThan(1_000);
      expect(existsSync(`/proc/${pid}`)).toBe(false);
      for (const step of schedule) await script.lift(step.id);
      expect(await ask(script, 'dial', { file: 'old.sock' })).toBe('ENOENT');
      expect(await ask(script, 'read', { file: 'old.pid' })).toBe('ENOENT');
    });
    expect(verdict).toEqual(PASS);
  });

  test(`${name}: a wall clock jumps and is off, its node's timers and the other node's clock go on, also over a restart`, async ({
    skip,
  }) => {
    skip('missing' in clockLibrary(), 'libfaketime is not installed');
    const schedule = [
      onClock('keeper', { kind: 'skew', byMs: -600_000 }),
      onClock('keeper', { kind: 'jump', byMs: 3_600_000 }, { armAt: 'jump' }),
      onNode({ kind: 'restart', node: 'keeper' }, { mark: 'restart' }),
    ];
    const { verdict, history } = await play(runtime, schedule, async (script) => {
      const off = async (node = 'keeper'): Promise<number> => {
        const { wallMs } = (await ask(script, 'clocks', {}, node)) as { wallMs: number };
        return Math.round((wallMs - Date.now()) / 10_000) * 10 || 0;
      };
      expect(await off()).toBe(-600);
      const before = (await ask(script, 'clocks')) as { monotonicMs: number };
      const rings = ask(script, 'timer', { ms: '300' });
      await script.mark('jump');
      expect(await off()).toBe(3_000);
      expect(Math.round((((await ask(script, 'childs')) as number) - Date.now()) / 10_000) * 10).toBe(3_000);
      expect(await rings).toBe('rang');
      const after = (await ask(script, 'clocks')) as { monotonicMs: number };
      expect(after.monotonicMs - before.monotonicMs).toBeGreaterThan(250);
      expect(after.monotonicMs - before.monotonicMs).toBeLessThan(20_000);
      expect(await off('other')).toBe(0);
      await script.mark('restart');
      expect(await off()).toBe(3_000);
      await script.lift('skew keeper');
      expect(await off()).toBe(3_600);
    });
    expect(verdict).toEqual(PASS);
    expect(hitsIn(history).filter((hit) => hit.kind === 'node' && hit.evidence !== undefined)).toEqual([
      { kind: 'node', node: 'keeper', evidence: expect.stringMatching(/^the clock of \d+ of its \d+ processes moved$/) },
      { kind: 'node', node: 'keeper', evidence: expect.stringMatching(/^the clock of \d+ of its \d+ processes moved$/) },
    ]);
  });

  test(`${name}: at ten times the speed timers and clocks run so fast, and the clocks of all nodes agree`, async ({ skip }) => {
    skip('missing' in clockLibrary(), 'libfaketime is not installed');
    const play10 = (script: (script: Script) => Promise<void>) =>
      play(runtime, [onNode({ kind: 'restart', node: 'keeper' }, { mark: 'restart' })], script, 10);
    const { verdict } = await play10(async (script) => {
      const start = performance.now();
      const before = (await ask(script, 'clocks')) as { wallMs: number };
      expect(await ask(script, 'timer', { ms: '5000' })).toBe('rang');
      const tookMs = performance.now() - start;
      const after = (await ask(script, 'clocks')) as { wallMs: number };
      expect(tookMs).toBeGreaterThan(450);
      expect(tookMs).toBeLessThan(4_000);
      expect(after.wallMs - before.wallMs).toBeGreaterThan(5_000);
      await script.mark('restart');
      // What a start takes from preparing the clock to the first instruction counts tenfold. Without the offset a node that
      // starts again would be behind by all that the other one has gained.
      const [one, two] = (await Promise.all([ask(script, 'clocks'), ask(script, 'clocks', {}, 'other')])) as { wallMs: number }[];
      const child = (await ask(script, 'childs')) as number;
      const gainedMs = (two?.wallMs ?? 0) - Date.now();
      expect(gainedMs).toBeGreaterThan(4_500);
      expect(Math.abs((one?.wallMs ?? 0) - (two?.wallMs ?? 0))).toBeLessThan(gainedMs / 2);
      expect(child - (one?.wallMs ?? 0)).toBeGreaterThan(0);
    });
    expect(verdict).toEqual(PASS);
    expect(name === 'process' ? readdirSync('/dev/shm').filter((entry) => /faketime.*_\d+$/.test(entry) && gone(entry)) : []).toEqual([]);
  });
}

/** Whether the process that made an object of libfaketime has ended. */
function gone(entry: string): boolean {
  return !existsSync(`/proc/${entry.slice(entry.lastIndexOf('_') + 1)}`);
}

async function play(
  runtime: Runtime,
  schedule: readonly Step[],
  script: (script: Script) => Promise<void>,
  clockSpeed = 1,
): Promise<{ verdict: Verdict; history: Event[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'tw-files-'));
  const scenario = defineScenario({
    title: 'keepers of files',
    expectation: 'they see what was done to them',
    system: {
      name: 'keepers',
      topology: { nodes: [keeper('keeper', 7_310), keeper('other', 7_311)], links: [] },
      source: { folder: PROGRAMS, defects: PROGRAMS },
      clients: () => ({}),
    },
    schedule,
    script,
  });
  const given = { scenario: 'files/case', parameters: {}, seed: 7, schedule, clockSpeed, engine: 'auto' } as const;
  try {
    const result = await runCase(
      { name: 'files/case', file: 'case.scenario.ts', scenario },
      { ...given, runtime: runtime.name },
      {
        runtime,
        networks: networksDouble(),
        probes: {
          resources: async () => ({ counts: {}, holders: {} }),
          memory: async () => undefined,
          stacks: async () => ({ cpuMs: 0, threads: [], asleep: false, handles: [] }),
          machine: () => ({ probe: 'machine', loopDelayP99Ms: 1, cpuPressureAvg10: 0 }),
        },
        oracles: ALWAYS_ON,
        folder,
        redact: NO_SECRETS,
        signal: new AbortController().signal,
      },
    );
    const lines = (await readFile(join(folder, 'history.ndjson'), 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
    return { verdict: result.verdict, history: lines.map((line) => JSON.parse(line) as Event) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function hitsIn(history: readonly Event[]) {
  return eventsOf(history, 'fault').flatMap((event) => (event.state === 'fired' ? [event.hit] : []));
}

function keeper(name: string, port: number): Node {
  return {
    name,
    role: 'keeper',
    command: ['{node}', '{source}/keeper.ts'],
    env: { HOST: '{listen.api.host}', PORT: '{listen.api.port}' },
    listens: { api: { transport: 'tcp', port } },
    ready: { when: 'log', contains: 'ready to keep' },
    readyWithinMs: 15_000,
    stopWithinMs: 5_000,
  };
}

/** The value, or in words why there is none. */
function ask(script: Script, act: string, words: Record<string, string> = {}, node = 'keeper'): Promise<unknown> {
  const address = script.direct(node, 'api');
  if (address.transport !== 'tcp') throw new Error('a keeper listens on TCP');
  return new Promise((resolve, reject) => {
    const path = `/${act}?${new URLSearchParams(words).toString()}`;
    get({ host: address.host, port: address.port, path, agent: false, timeout: 10_000 }, (reply) => {
      let text = '';
      reply.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      reply.on('end', () => {
        const { value, failed } = JSON.parse(text) as { value?: unknown; failed?: string };
        resolve(failed ?? value);
      });
    }).on('error', reject);
  });
}
