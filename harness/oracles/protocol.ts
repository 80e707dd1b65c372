// Does every byte that a node sends decode under its link's framing, and is the key of each WebSocket handshake drawn at
// random? Three things are not judged: what a fault cut or altered, what a killed node left half-sent, and what the script
// itself sends.
import { typeOf } from '../model/faults/link/table.ts';
import { eventsOf, type History } from '../model/judging/history.ts';
import { DRIVER } from '../model/system/link.ts';
import type { Oracle, Plan } from '../model/judging/oracle.ts';
import { linkSteps } from '../model/scenario.ts';
import { verdictOn, type Suspicion } from './evidence/suspicion.ts';
import { weakKeysOn } from './handshake-keys.ts';

/** The proxy sees the broken stream a moment before the run hears of the end of the node. */
const KILL_NOTICED_WITHIN_MS = 1_000;

export const protocol: Oracle = {
  name: 'protocol',
  question: "Does every byte that a node sends decode under its link's framing?",
  judge: (history, plan) => verdictOn('protocol', [...suspects(history, plan), ...weakKeys(history, plan)]),
};

type FrameError = ReturnType<typeof eventsOf<'frame-error'>>[number];
/** Where and when bytes of a connection passed. */
type Passed = Pick<FrameError, 'link' | 'connection' | 'direction' | 'seq' | 'atMs'>;

function weakKeys(history: History, plan: Plan): Suspicion[] {
  const isExcused = excusesIn(history, plan);
  const links = plan.topology.links.filter(({ framing, from }) => framing === 'websocket' && from !== DRIVER);
  return links.flatMap(({ name }) => weakKeysOn(history, name, isExcused).map((finding) => ({ finding })));
}

function suspects(history: History, plan: Plan): Suspicion[] {
  const isExcused = excusesIn(history, plan);
  const errors = eventsOf(history, 'frame-error').filter((error) => sender(error, plan) !== DRIVER && !isExcused(error));
  return [...Map.groupBy(errors, (error) => JSON.stringify([error.link, error.direction, error.reason])).values()].flatMap((same) => {
    const [first] = same;
    if (!first) return [];
    const { connection, offset, wrong } = first;
    const quoted = wrong === undefined ? '' : `${wrong.bytes} behind ${wrong.at} bytes of it; `;
    const where = `${quoted}connection ${connection}, byte ${offset}`;
    return {
      finding: {
        code: first.line === undefined ? 'TW-PROTOCOL-UNDECODABLE' : 'TW-PROTOCOL-LINE',
        message: `'${first.link}' carries ${whatIn(first)} (${where}; ${same.length} times)`,
        // Which line it was first is chance.
        ...(first.line !== undefined && { bug: `'${first.link}' carries a line ${first.direction} that ${first.reason}` }),
        subject: sender(first, plan) ?? first.link,
        events: same.map((error) => error.seq),
      },
    };
  });
}

function whatIn({ direction, reason, line }: FrameError): string {
  return line === undefined
    ? `bytes ${direction} that do not decode: ${reason}`
    : `a line ${direction} that ${reason}: ${JSON.stringify(line)}`;
}

function sender(error: FrameError, plan: Plan): string | undefined {
  const link = plan.topology.links.find((candidate) => candidate.name === error.link);
  return error.direction === 'upstream' ? link?.from : link?.to;
}

function excusesIn(history: History, plan: Plan): (passed: Passed) => boolean {
  const steps = new Map(linkSteps(plan.schedule).map((step) => [step.id, step]));
  const placeOf = (link: string, connection: number): string => `${link} ${connection}`;
  // Per connection: a history may hold as many hits as frames.
  const hits = Map.groupBy(
    eventsOf(history, 'fault').flatMap((event) => {
      const step = steps.get(event.step);
      if (event.state !== 'fired' || event.hit.kind !== 'link' || !step || typeOf(step.fault).effect === 'none') return [];
      const { connection, direction } = event.hit;
      return { place: placeOf(step.link, connection), seq: event.seq, direction, ends: typeOf(step.fault).effect === 'ends' };
    }),
    (hit) => hit.place,
  );
  const kills = eventsOf(history, 'node').filter(isKilled);
  const openedMs = new Map(
    eventsOf(history, 'connection')
      .filter((event) => event.state === 'opened')
      .map((event) => [placeOf(event.link, event.connection), event.atMs]),
  );
  const madeByFault = ({ seq, link, connection, direction }: Passed): boolean =>
    hits.get(placeOf(link, connection))?.some((hit) => hit.seq < seq && (hit.ends || hit.direction === direction)) ?? false;
  const madeByKill = (error: Passed): boolean => {
    const link = plan.topology.links.find((candidate) => candidate.name === error.link);
    const sinceMs = openedMs.get(placeOf(error.link, error.connection)) ?? 0;
    const untilMs = error.atMs + KILL_NOTICED_WITHIN_MS;
    return kills.some((kill) => (kill.node === link?.from || kill.node === link?.to) && kill.atMs >= sinceMs && kill.atMs <= untilMs);
  };
  return (error) => madeByFault(error) || madeByKill(error);
}

/** Ended by a signal of the script; containers report that as a code above 128. */
function isKilled(event: ReturnType<typeof eventsOf<'node'>>[number]): boolean {
  return event.state === 'exited' && event.asked && (event.signal !== null || (event.code ?? 0) > 128);
}
