// Obligations that were not met within their bound. Each of them is a finding. What moved meanwhile tells whether the
// system was stuck or only slow. Two dumps of its processes tell how it was stuck.
import { boundedLine } from '../../model/values/bounded-text.ts';
import type { Step } from '../../model/faults/fault.ts';
import { typeOf } from '../../model/faults/link/table.ts';
import { aboutNodeFault } from '../../model/faults/node-fault.ts';
import { eventsOf, type History, type Owed } from '../../model/judging/history.ts';
import type { Plan } from '../../model/judging/oracle.ts';
import { allSleep, dumpPairs, everybodySleeps, type DumpPair } from '../evidence/dumps.ts';
import { lastProgress, type Progress } from '../evidence/progress.ts';
import { effectSpans, overlaps } from '../evidence/spans.ts';
import { lateness } from '../evidence/starvation.ts';
import type { Suspicion } from '../evidence/suspicion.ts';
import { lasting, listed } from '../../model/text/words.ts';

const QUIET_MIN_MS = 2_000;
/** It stands in the middle of a sentence whose end should be read too. */
const LAST_SEEN_MAX = 600;
const LIVELOCK_CPU_SHARE = 0.8;
/** A wait that ended well before its bound was given up: what it waited for could not come any more. */
const GIVEN_UP_SHARE = 0.9;
/** Of the budget of all rounds. */
const STUCK_SHARE = 0.5;

interface Broken {
  what: string;
  about: Owed;
  boundMs: number;
  openedMs: number;
  /** When it was given up. */
  endedMs: number;
  /** What of the wait did not count against the bound. */
  asideMs: number;
  lastSeen: string | undefined;
  /** It happened after its bound. */
  late: boolean;
  /** The history ends before the bound did. */
  cutShort: boolean;
  events: readonly number[];
}

export function brokenPromises(history: History, plan: Plan): Suspicion[] {
  return brokenObligations(history).map((broken) => suspect(broken, history, plan));
}

function brokenObligations(history: History): Broken[] {
  const byId = Map.groupBy(eventsOf(history, 'obligation'), (event) => event.id);
  const historyEndMs = history.at(-1)?.atMs ?? 0;
  return [...byId.values()].flatMap((events) => {
    const opened = events.find((event) => event.state === 'opened');
    const unmet = events.find((event) => event.state === 'unmet');
    const met = events.find((event) => event.state === 'met');
    if (!opened || (met && !unmet)) return [];
    const endedMs = unmet?.atMs ?? historyEndMs;
    const about = opened.about ?? { kind: 'until' };
    return {
      what: opened.what,
      about,
      boundMs: opened.boundMs,
      openedMs: opened.atMs,
      endedMs,
      asideMs: about.kind === 'script' ? asideMs(history, opened.atMs, endedMs) : 0,
      lastSeen: unmet?.lastSeen,
      late: met !== undefined,
      cutShort: !unmet && endedMs - opened.atMs < opened.boundMs,
      events: events.map((event) => event.seq),
    };
  });
}

function suspect(broken: Broken, history: History, plan: Plan): Suspicion {
  const { what, about, boundMs, openedMs } = broken;
  const other = causeElsewhere(broken, history);
  if (other) return other;
  const dumps = dumpPairs(history, openedMs);
  // The dumps are taken after the bound: silence lasts until they are done.
  const endMs = Math.max(broken.endedMs, ...dumps.map((pair) => pair.toMs));
  const liftedMs = Math.max(0, ...liftTimes(history).filter((atMs) => atMs <= endMs));
  const fromMs = Math.max(openedMs, liftedMs);
  const progress = lastProgress(history, { links: plan.topology.links, fromMs, toMs: endMs, ofScript: about.kind === 'script' });
  const quietMs = endMs - (progress?.atMs ?? fromMs);
  const inForce = stepsInForce(history, plan, broken.endedMs);
  const neededMs = quietNeededMs(plan, inForce);

  // Who sleeps does not wait for a processor; but a script that is late itself asks nobody, so that all others sleep.
  const asleep = about.kind !== 'script' && everybodySleeps(history, plan, dumps, inForce);
  const { doubt, unexplained } = lateness(history, [
    { fromMs: openedMs, waitedMs: endMs - openedMs, boundMs: boundMs + broken.asideMs, asleep },
  ]);

  const details = [
    verdictInWords({ broken, quietMs, neededMs, progress, dumps }),
    ...(progress ? [`last moved: ${progress.what}`] : []),
    ...(inForce.length > 0 ? [`in force: ${listed(inForce.map((step) => step.id))}`] : []),
    ...(broken.lastSeen === undefined ? [] : [`last seen: ${boundedLine(broken.lastSeen, LAST_SEEN_MAX)}`]),
    ...(unexplained === undefined ? [] : [unexplained]),
  ];
  const events = [...broken.events, ...(progress ? [progress.seq] : []), ...dumps.flatMap((pair) => pair.events)];
  return {
    finding: {
      code: about.kind === 'stop' ? 'TW-HANG-STOP' : about.kind === 'script' ? 'TW-HANG-SCRIPT' : 'TW-HANG-OWED',
      message: `'${what}' did not happen within ${lasting(boundMs)} (${details.join('; ')})`,
      ...('node' in about && { subject: about.node }),
      events,
    },
    ...(doubt && { doubt }),
  };
}

/** A promise that was broken for a reason that is not the system's. */
function causeElsewhere(broken: Broken, history: History): Suspicion | undefined {
  const { what, about, boundMs, lastSeen = '', events } = broken;
  if (broken.cutShort) {
    const message = `'${what}' was still owed when the run was cut short`;
    return { finding: { code: 'TW-HANG-CUT-SHORT', message, events }, doubt: { reason: 'interrupted', detail: message } };
  }
  if (about.kind === 'fired') {
    const message = `'${about.step}' did not fire within ${lasting(boundMs)}`;
    return { finding: { code: 'TW-HANG-NOT-FIRED', message, events }, doubt: { reason: 'vacuous', detail: message } };
  }
  if (about.kind === 'rounds' && !isStuck(broken, about.series, history)) {
    const message = `the rounds of '${about.series}' take longer than ${lasting(boundMs)} (${lastSeen}, and none was stuck)`;
    return { finding: { code: 'TW-HANG-ROUNDS', message, events }, doubt: { reason: 'checker-budget', detail: message } };
  }
  return undefined;
}

/** One round alone has taken most of the budget of all of them: that is not for want of budget. */
function isStuck({ boundMs, endedMs }: Broken, series: string, history: History): boolean {
  const last = eventsOf(history, 'round').findLast((event) => event.series === series && event.atMs <= endedMs);
  return last?.state === 'began' && endedMs - last.atMs >= boundMs * STUCK_SHARE;
}

/** How long rounds went on, which have a budget of their own and do not count against the script's bound. */
function asideMs(history: History, fromMs: number, toMs: number): number {
  const ofRounds = eventsOf(history, 'obligation').filter(({ about }) => about?.kind === 'rounds');
  const spans = [...Map.groupBy(ofRounds, ({ id }) => id).values()].map((events) => ({
    fromMs: Math.max(fromMs, events[0]?.atMs ?? toMs),
    toMs: events.length < 2 ? toMs : Math.min(toMs, events.at(-1)?.atMs ?? toMs),
  }));
  return spans.reduce((sum, span) => sum + Math.max(0, span.toMs - span.fromMs), 0);
}

interface Waiting {
  broken: Broken;
  quietMs: number;
  neededMs: number;
  progress: Progress | undefined;
  dumps: readonly DumpPair[];
}

function verdictInWords({ broken, quietMs, neededMs, progress, dumps }: Waiting): string {
  if (broken.late) return 'slow, it happened too late';
  const waitedMs = broken.endedMs - broken.openedMs;
  if (waitedMs - broken.asideMs < broken.boundMs * GIVEN_UP_SHARE) return `given up after ${lasting(waitedMs)}`;
  if (quietMs >= neededMs) return `hang, no progress for ${lasting(quietMs)}${kindOfHang(dumps)}`;
  if (progress) return `slow, still moving ${lasting(quietMs)} before the end`;
  return `no progress for ${lasting(quietMs)}, too short a time to tell a hang from a slow system: that takes ${lasting(neededMs)}`;
}

function kindOfHang(dumps: readonly DumpPair[]): string {
  if (dumps.length === 0) return '';
  const busy = dumps.filter((pair) => pair.cpuShare > LIVELOCK_CPU_SHARE);
  if (busy.length > 0)
    return `, livelock: ${listed(busy.map((pair) => `${pair.node} uses ${Math.round(pair.cpuShare * 100)} % of a core`))}`;
  // A cycle of waits would make it a deadlock, and dumps do not show who waits for whom: a lost reply looks the same.
  if (dumps.every((pair) => pair.equal))
    return `, ${allSleep(dumps) ? 'all asleep' : 'all unchanged'}: two dumps of ${listed(dumps.map((pair) => pair.node))} are equal`;
  return `, waiting: ${listed(dumps.filter((pair) => !pair.equal).map((pair) => pair.node))} changed between two dumps`;
}

/**
 * How long silence must last to count as a hang. The system's own timers run at the clock speed; injected
 * delays do not, they are made outside of it.
 */
function quietNeededMs(plan: Plan, inForce: readonly Step[]): number {
  const longestTimerMs = Math.max(0, ...plan.topology.nodes.map((node) => node.longestTimerMs ?? 0));
  const injectedMs = inForce.reduce((sum, step) => sum + (step.on === 'link' ? typeOf(step.fault).delayMs(step.fault) : pauseOf(step)), 0);
  return (QUIET_MIN_MS + longestTimerMs) / plan.clockSpeed + injectedMs;
}

function pauseOf(step: Step): number {
  return step.on === 'node' ? aboutNodeFault(step.fault).standstillMs(step.fault) : 0;
}

function stepsInForce(history: History, plan: Plan, atMs: number): readonly Step[] {
  const inForce = new Set(
    effectSpans(history)
      .filter((span) => overlaps(span, atMs, atMs))
      .map((span) => span.step),
  );
  return plan.schedule.filter((step) => inForce.has(step.id));
}

/** Of steps that had an effect. */
function liftTimes(history: History): number[] {
  return effectSpans(history).flatMap((span) => (Number.isFinite(span.toMs) ? [span.toMs] : []));
}
