// What a verdict rests on, one sentence each: the faults that fired and where, the slices that the fault server vouches for, promises
// that were kept, waits that were true at once, and how the machine fared.
import type { Event } from '../../model/judging/history.ts';
import { lasting, listed } from '../../model/text/words.ts';
import type { CaseRow } from '../../results/summary.ts';

/** A wait that came within this was true when it began: it has waited for nothing. */
const AT_ONCE_MS = 2;

export function basisOf(row: CaseRow, events: readonly Event[]): string[] {
  return [...firings(events), ...promises(events), ...machine(events), ...(row.restsOn ?? [])];
}

function firings(events: readonly Event[]): string[] {
  const faults = events.filter((event) => event.kind === 'fault');
  const bySteps = Map.groupBy(faults, ({ step }) => step);
  if (bySteps.size === 0) return ['no fault was planned'];
  return [...bySteps].map(([step, ofStep]) => {
    const hits = ofStep.flatMap((event) => (event.state === 'fired' ? [event.hit] : []));
    if (hits.length === 0) return `'${step}' was armed and did not fire`;
    const onLink = hits.flatMap((hit) => (hit?.kind === 'link' ? [hit] : []));
    const connections = [...new Set(onLink.map(({ connection }) => connection))];
    const boundaries = onLink.reduce((sum, hit) => sum + (hit.boundaries ?? 0), 0);
    const vouched = onLink.reduce((sum, hit) => sum + (hit.vouched ?? 0), 0);
    const where = connections.length === 0 ? '' : `, connection ${listed(connections.map(String), 6)}`;
    const slices = boundaries === 0 ? '' : `; ${vouched} of ${boundaries} slices were read apart, and the fault server vouches for it`;
    return `'${step}' fired ${times(hits.length)} on ${ofStep[0]?.target}${where}${slices}`;
  });
}

function promises(events: readonly Event[]): string[] {
  const byId = [
    ...Map.groupBy(
      events.filter((event) => event.kind === 'obligation'),
      ({ id }) => id,
    ).values(),
  ];
  if (byId.length === 0) return [];
  const kept = byId.filter((ofOne) => ofOne.some(({ state }) => state === 'met') && !ofOne.some(({ state }) => state === 'unmet'));
  const atOnce = kept.filter(([opened, ended]) => opened?.about?.kind === 'until' && ended && ended.atMs - opened.atMs < AT_ONCE_MS);
  return [
    `${kept.length} of ${byId.length} promises were kept`,
    ...(atOnce.length === 0
      ? []
      : [`${times(atOnce.length)} what a script waited for was true at once: ${listed(atOnce.map(([opened]) => `'${opened?.what}'`))}`]),
  ];
}

function machine(events: readonly Event[]): string[] {
  const readings = events.flatMap((event) =>
    event.kind === 'observation' && event.observation.probe === 'machine' ? [event.observation] : [],
  );
  if (readings.length === 0) return [];
  const pressure = readings.map(({ cpuPressureAvg10 }) => cpuPressureAvg10 ?? 0);
  const delay = Math.max(...readings.map(({ loopDelayP99Ms, loopDelayMaxMs }) => loopDelayMaxMs ?? loopDelayP99Ms));
  const stalled = readings.reduce((sum, { loopStalledMs = 0 }) => sum + loopStalledMs, 0);
  return [
    `the machine: up to ${Math.round(Math.max(...pressure))} % of the time somebody waited for a processor; the harness itself was at most ${lasting(delay)} late, ${lasting(stalled)} in all`,
  ];
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
