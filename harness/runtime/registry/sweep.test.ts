import { execa } from 'execa';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { containerRuntime } from '../container/container-runtime.ts';
import { connectEngine } from '../container/docker-engine.ts';
import { holdFile } from '../linux/file-lock.ts';
import { markedProcesses } from '../linux/marked-processes.ts';
import { poll } from '../linux/poll.ts';
import { processRuntime } from '../process/process-runtime.ts';
import { ask, newRunId, silence, testPrograms } from '../testing/runtime.contract.ts';
import type { Runtime } from '../runtime.ts';
import { baseFolder, takeAbstractSocket } from '../ground/run-folder.ts';
import { sweepDeadRuns, sweepingFirst, sweepLock, sweepOrphans } from './sweep.ts';
import { doomedTopology } from '../testing/test-programs/doomed-topology.ts';

const usualTmp = process.env['TMPDIR'];
const missing = await containerRuntime().unavailable();
let tmp = '';

// Other tests sweep the usual folder all the time, so these runs live in one that only this file knows.
beforeAll(async () => {
  tmp = await mkdtemp(join(tmpdir(), 'tw-'));
  process.env['TMPDIR'] = tmp;
});
afterAll(async () => {
  if (usualTmp === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = usualTmp;
  await rm(tmp, { recursive: true, force: true });
});

test('with no dead run there is nothing to sweep', async () => {
  expect(await sweepDeadRuns()).toEqual([]);
});

test('a run of processes whose harness was killed is swept, and a live run is left alone', async () => {
  const runId = newRunId();
  await using live = await liveRun(processRuntime());
  const folder = await harnessKilledInMidRun('process', runId);
  await poll(() => markedProcesses(runId).length === 2 || undefined, { withinMs: 5_000 });
  expect(
    markedProcesses(runId).map(({ node }) => node),
    'a node that watches its stdin has ended by itself',
  ).toEqual(['careless', 'careless']);

  const [swept, ...others] = await sweepDeadRuns();
  expect(others).toEqual([]);
  expect(swept).toEqual({ runId, folder, processes: [expect.any(Number), expect.any(Number)], removed: {} });
  expect(markedProcesses(runId)).toEqual([]);
  expect(existsSync(folder)).toBe(false);
  expect(await ask(live.address)).toBe('careful');
  expect(await sweepDeadRuns()).toEqual([]);
});

test('a folder with an owner file that is no JSON is told, and the others are swept', async () => {
  const folder = join(baseFolder(), 'broken');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'owner.json'), 'nonsense\n');
  const runId = newRunId();
  await harnessKilledInMidRun('process', runId);
  try {
    const swept = await sweepDeadRuns();
    expect(swept.map((run) => [run.runId, run.left])).toEqual([
      [runId, undefined],
      ['broken', `${folder}/owner.json does not say whose folder it is: remove ${folder} when no tornwire runs that could have made it`],
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a folder whose runner was killed before it wrote its name is removed, and one that is being made is left alone', async () => {
  const made = async (name: string, ageMs: number, text?: string) => {
    const folder = join(baseFolder(), name);
    await mkdir(folder, { recursive: true });
    if (text !== undefined) await writeFile(join(folder, 'owner.json'), text);
    const at = new Date(Date.now() - ageMs);
    await utimes(folder, at, at);
    return folder;
  };
  const old = [await made('.new-empty', 120_000), await made('.new-half', 120_000, '{"runId": "ha')];
  const others = [await made('.new-fresh', 0, ''), await made('.new-held', 120_000, ''), await made('no-run', 120_000)];
  using held = holdFile(join(others[1]!, 'owner.json'));
  expect(held).toBeDefined();
  try {
    expect((await sweepDeadRuns()).map(({ folder, left }) => [folder, left]).sort()).toEqual(old.map((folder) => [folder, undefined]));
    expect(old.map(existsSync)).toEqual([false, false]);
    expect(others.map(existsSync)).toEqual([true, true, true]);
  } finally {
    for (const folder of others) await rm(folder, { recursive: true });
  }
});

test('a sweep that does not get its turn says what it waited for and what is left', async () => {
  const runId = newRunId();
  const folder = await harnessKilledInMidRun('process', runId);
  let waits = 0;
  {
    await using _held = await takeAbstractSocket(sweepLock());
    const swept = await sweepDeadRuns({ turnWithinMs: 100, onWait: () => (waits += 1) });
    expect(waits).toBe(1);
    expect(swept).toMatchObject([{ runId, folder, left: expect.stringContaining('another tornwire of this user has been removing') }]);
  }
  expect(await sweepDeadRuns({ onWait: () => (waits += 1) })).toMatchObject([{ runId }]);
  expect(waits).toBe(1);
});

test('the next run sweeps by itself', async () => {
  const runId = newRunId();
  const folder = await harnessKilledInMidRun('process', runId);
  await using live = await liveRun(sweepingFirst(processRuntime()));
  expect(markedProcesses(runId)).toEqual([]);
  expect(existsSync(folder)).toBe(false);
  expect(await ask(live.address)).toBe('careful');
});

test('a run of containers whose harness was killed is swept, and a live run is left alone', async ({ skip }) => {
  if (missing !== undefined) console.log(`skipped: sweeping containers: ${missing}`);
  skip(missing !== undefined, missing);
  const runId = newRunId();
  await using live = await liveRun(containerRuntime());
  const folder = await harnessKilledInMidRun('container', runId);

  const [swept, ...others] = await sweepDeadRuns();
  expect(others).toEqual([]);
  expect(swept).toMatchObject({
    runId,
    folder,
    removed: { containers: [`tornwire-${runId}-careful`, `tornwire-${runId}-careless`], networks: [`tornwire-${runId}`] },
  });
  expect(markedProcesses(runId)).toEqual([]);
  expect(await readdir(join(folder, '..'))).not.toContain(runId);
  expect(await ask(live.address)).toBe('careful');
}, 60_000);

test('what an engine still made for a run that was swept already is removed, and a live run is left alone', async ({ skip }) => {
  skip(missing !== undefined, missing);
  const runId = newRunId();
  await using live = await liveRun(containerRuntime());
  const engine = await connectEngine();
  expect(await engine.createNetwork(`tornwire-${runId}`, runId, '198.19.254.0/24')).toBe(true);

  expect(await sweepOrphans()).toMatchObject([{ runId, removed: { containers: [], networks: [`tornwire-${runId}`] } }]);
  expect(await engine.runs()).not.toContain(runId);
  expect(await ask(live.address)).toBe('careful');
}, 60_000);

async function liveRun(runtime: Runtime): Promise<AsyncDisposable & { address: Parameters<typeof ask>[0] }> {
  const { signal } = new AbortController();
  const ground = await runtime.prepare({ runId: newRunId(), topology: doomedTopology, source: testPrograms, proxied: [], signal });
  await ground.start(doomedTopology.nodes[1]!, silence);
  return { address: ground.direct('careful', 'api'), [Symbol.asyncDispose]: () => ground[Symbol.asyncDispose]() };
}

/** Gives the folder of its run. */
async function harnessKilledInMidRun(kind: 'process' | 'container', runId: string): Promise<string> {
  const words = [join(testPrograms, 'doomed-harness.ts'), kind, runId, testPrograms];
  const harness = execa(process.execPath, words, { reject: false, buffer: false });
  const ended = harness.then((result) => Promise.reject(new Error(`the harness ended before it had a run: ${result.shortMessage}`)));
  try {
    const [line] = (await Promise.race([once(harness.stdout, 'data'), ended])) as [Buffer];
    return (JSON.parse(line.toString()) as { folder: string }).folder;
  } finally {
    harness.kill('SIGKILL');
    await ended.catch(() => undefined);
  }
}
