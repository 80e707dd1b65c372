// What a box costs beside a loopback address, and what it is good for. Ways alternate in one run, so that both meet the same machine.
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import type { Isolation } from '../model/isolation.ts';
import type { Summary } from '../results/summary.ts';
import { atLeast, atMost, median, notMeasured, told, type Row } from './row.ts';
import { startTied } from './base/tied-child.ts';

type Way = Isolation['way'];

const REPOSITORY = join(import.meta.dirname, '../..');
const FIXED_PORT = join(REPOSITORY, 'harness/cli/testing/box-project');
/** Faults and script of this scenario ask for no wait of their own. */
const WITHOUT_WAITS = 'split-packets/upgrade-in-two-segments-is-answered-like-a-whole-one';
const CASES_A_ROUND = 15;
const ROUNDS = 4;
const CASES_SIDE_BY_SIDE = 8;

/** What one case costs more in a box. */
export async function boxCost(): Promise<Row[]> {
  const words = [WITHOUT_WAITS, '--repeat', String(CASES_A_ROUND), '--jobs', '1'];
  const cases = await alternating(ROUNDS, words, (summary) => summary.cases.map((row) => row.durationMs));
  const [boxed, addressed] = [median(cases.box), median(cases.addresses)];
  return [
    told('box-case', boxed, `ms a case in a box, ${addressed} by addresses, medians of ${cases.box.length}`),
    atMost('box-cost', boxed - addressed, 'ms a case more than by addresses', 40),
  ];
}

/** How much longer the clean pack takes in boxes: about nine minutes of measuring. */
export async function boxPack(): Promise<Row[]> {
  const packs = await alternating(3, [], (summary) => [summary.durationMs]);
  return [atMost('box-pack', median(packs.box) / median(packs.addresses), 'times as long for the clean pack', 1.1)];
}

/** A server that binds all interfaces on a port that a foreign program listens on. */
export async function fixedPort(): Promise<Row[]> {
  const foreign = createServer().listen(0, '0.0.0.0');
  await once(foreign, 'listening');
  const { port } = foreign.address() as AddressInfo;
  try {
    const words = ['shares-nothing', '--repeat', String(CASES_SIDE_BY_SIDE), '--jobs', String(CASES_SIDE_BY_SIDE)];
    const { counts } = await tornwire('box', words, { cwd: FIXED_PORT, env: { ...process.env, BOX_TEST_PORT: String(port) } });
    return [atLeast('fixed-port', counts.passed, `of ${CASES_SIDE_BY_SIDE} pass side by side`, CASES_SIDE_BY_SIDE)];
  } catch (error) {
    return [notMeasured('fixed-port', (error as Error).message)];
  } finally {
    foreign.close();
  }
}

async function alternating(
  rounds: number,
  words: readonly string[],
  measure: (summary: Summary) => number[],
): Promise<Record<Way, number[]>> {
  const measured: Record<Way, number[]> = { box: [], addresses: [] };
  for (let round = 0; round < rounds; round++)
    for (const way of ['box', 'addresses'] as const) measured[way].push(...measure(await tornwire(way, words, { cwd: REPOSITORY })));
  return measured;
}

/** @throws what it said when it gave no summary. */
async function tornwire(way: Way, words: readonly string[], where: { cwd: string; env?: NodeJS.ProcessEnv }): Promise<Summary> {
  const command = [process.execPath, join(REPOSITORY, 'harness/main.ts'), 'run', ...words, '--isolation', way, '--json'];
  const child = startTied(command, { stdout: 'pipe', stderr: 'pipe' }, where);
  const [out, err] = await Promise.all([text(child.stdout as Readable), text(child.stderr as Readable)]);
  if (!out.startsWith('{')) throw new Error(`tornwire ${words.join(' ')} gave no summary: ${err.trim().slice(-300)}`);
  return JSON.parse(out) as Summary;
}
