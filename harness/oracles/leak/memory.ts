// What nodes keep in memory: over the rounds of a series, and while a link of theirs was broken.
import { memoryGrowthOf } from '../../model/judging/memory-growth.ts';
import { observationsOf, type History } from '../../model/judging/history.ts';
import type { Plan } from '../../model/judging/oracle.ts';
import { medianOf } from '../../model/judging/trend.ts';
import { effectSpans } from '../evidence/spans.ts';
import type { Suspicion } from '../evidence/suspicion.ts';

const MIB = 1_024 * 1_024;
/**
 * How much more a node may occupy than when it was ready, if a link of it was broken. A server that keeps 100 MB for one stalled
 * client came from 62 to 157 MiB, or from 58 to 328 where it frames them; its clean twin to 71. In the clean pack 21 MiB were the most.
 */
const GROWTH_MAX_MB = 64;
/** Up to here it may be garbage: a clean server on Node 24 grew by 85 MiB under 1,500 requests. */
const GARBAGE_MAX_MB = { some: 192, much: Infinity };

export function growingMemory(history: History): Suspicion[] {
  const series = Map.groupBy(observationsOf(history, 'memory'), ({ node, series: name }) => JSON.stringify([node, name]));
  return [...series.values()].flatMap((readings) => {
    const [first] = readings;
    if (!first) return [];
    const { state, trend, bytes, of } = memoryGrowthOf(readings);
    if (state === 'none') return [];
    const { node, series: name, garbage } = first;
    const what = of === 'live' ? 'memory alive' : 'resident memory';
    const points = [bytes[0], medianOf(bytes), bytes.at(-1)].map((value = 0) => (value / MIB).toFixed(1)).join(' -> ');
    const detail = `${what} ${points} MiB in ${readings.at(-1)?.cycle} rounds, at least ${kilobytes(trend.lower)} each`;
    const finding = {
      code: 'TW-LEAK-MEMORY' as const,
      message: `'${node}' keeps about ${kilobytes(trend.slope)} more after each '${name}' (${detail})`,
      subject: node,
      events: readings.map(({ seq }) => seq),
    };
    if (state === 'undecided')
      return doubted(finding, `${what} of '${node}' grew, and only twice as many rounds can tell a leak from a cache that fills`);
    if (of === 'resident' && garbage)
      return doubted(
        finding,
        `${what} of '${node}' grew, and it may be garbage: 'memory' of cycles can be a function that says what is alive`,
      );
    return [{ finding }];
  });
}

function doubted(finding: Suspicion['finding'], detail: string): Suspicion[] {
  return [{ finding: { ...finding, beside: true }, doubt: { reason: 'checker-budget', detail } }];
}

/** Of the most that was resident since the start, so that nothing need be read meanwhile. */
export function occupiedTooMuch(history: History, plan: Plan): Suspicion[] {
  const occupied = observationsOf(history, 'occupied');
  const broken = new Set(effectSpans(history).map(({ target }) => target));
  return plan.topology.nodes.flatMap((node) => {
    const before = occupied.find((reading) => reading.node === node.name && reading.at === 'boot');
    const after = occupied.findLast((reading) => reading.node === node.name && reading.at === 'end');
    const links = plan.topology.links.filter((link) => broken.has(link.name) && (link.from === node.name || link.to === node.name));
    const maxMB = node.growthMaxMB ?? (links.length > 0 ? GROWTH_MAX_MB : Infinity);
    if (!before || !after || after.peakBytes - before.peakBytes <= maxMB * MIB) return [];
    const [from, to] = [before, after].map(({ peakBytes }) => Math.round(peakBytes / MIB));
    const where = links.length === 0 ? '' : ` while ${links.map((link) => `'${link.name}'`).join(' and ')} was broken`;
    const finding = {
      code: 'TW-LEAK-OCCUPIED' as const,
      message: `'${node.name}' came to occupy more than ${maxMB} MiB more${where} (resident ${from} -> ${to} MiB at most)`,
      subject: node.name,
      events: [before.seq, after.seq],
    };
    const garbageMB = after.garbage === undefined || node.growthMaxMB !== undefined ? 0 : GARBAGE_MAX_MB[after.garbage];
    if (after.peakBytes - before.peakBytes > garbageMB * MIB) return [{ finding }];
    return doubted(finding, `the memory of '${node.name}' may be garbage: give the node a bound of its own (growthMaxMB)`);
  });
}

/** 51200 -> `50 KiB`. */
function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1_024)} KiB`;
}
