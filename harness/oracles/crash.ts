// Does every node live until it is asked to end, and does it end well then? If a node dies by SIGKILL and nobody knows the
// sender, the kernel most likely ran out of memory. That is unknown, not fail.
import { eventsOf, type History } from '../model/judging/history.ts';
import type { Oracle } from '../model/judging/oracle.ts';
import { isSpawned, type Topology } from '../model/system/topology.ts';
import { isUncaught } from '../model/text/uncaught.ts';
import type { FindingCode } from '../model/codes/findings.ts';
import { lastWords } from './evidence/last-words.ts';
import { verdictOn, type Suspicion } from './evidence/suspicion.ts';

const LOG_LINES_MAX = 12;
/** How far up the error's own line is looked for. */
const SEARCHED_LINES_MAX = 300;
/** A program that does not come up has said why, often at length. */
const START_LOG_LINES_MAX = 50;
/** The rest of a dying node's output is read after its end has been noticed. */
const LOG_DRAIN_MS = 500;
/** Containers and shells report a death by signal n as code 128 + n. */
const SIGNAL_CODES: Readonly<Record<number, string>> = {
  129: 'SIGHUP',
  130: 'SIGINT',
  131: 'SIGQUIT',
  132: 'SIGILL',
  134: 'SIGABRT',
  135: 'SIGBUS',
  136: 'SIGFPE',
  137: 'SIGKILL',
  139: 'SIGSEGV',
  143: 'SIGTERM',
};
/** Signals that a program raises by its own mistake. */
const MISTAKES = new Set(['SIGILL', 'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGSEGV']);

export const crash: Oracle = {
  name: 'crash',
  question: 'Does every node live until it is asked to end, and end well when it is?',
  judge: (history, { topology }) =>
    verdictOn(
      'crash',
      exitsOf(history)
        .filter((exit) => !answersParent(exit, topology) && !isLawful(exit, topology, history))
        .flatMap((exit) => suspect(exit, history)),
    ),
};

/**
 * A child over stdio that its parent (by a signal, the end of its stdin, or by not reading on) or the run has asked to end
 * owes its code to its parent alone, and may end by the broken pipe that is its usual end. Nobody is surprised either when
 * it ends with code 0 before that: it was done.
 */
function answersParent({ node, code, signal, asked }: Exit, topology: Topology): boolean {
  const answers = asked ? signal === null || signal === 'SIGPIPE' : code === 0;
  return answers && topology.nodes.some((each) => each.name === node && isSpawned(each));
}

/** The node says that it may end so. */
function isLawful(exit: Exit, topology: Topology, history: History): boolean {
  const { node, code, signal } = exit;
  const exits = topology.nodes.find((each) => each.name === node)?.exits ?? [];
  if (exits === 'any code')
    return (
      signal !== 'SIGKILL' &&
      !MISTAKES.has(signal ?? '') &&
      !isUncaught(
        linesBefore(exit, history).map(({ line }) => line),
        exit,
      )
    );
  return exits === 'any' || exits.some((way) => way === (signal ?? code));
}

interface Exit {
  seq: number;
  atMs: number;
  node: string;
  code: number | null;
  signal: string | null;
  asked: boolean;
  /** Told to stop by SIGTERM, rather than killed. */
  gracefully: boolean;
  /** All nodes were being stopped: a peer that has gone may have ended this one. */
  inStopPhase: boolean;
  /** It had been ready since its last start. */
  ready: boolean;
}

function exitsOf(history: History): Exit[] {
  const exits: Exit[] = [];
  const told = new Set<string>();
  const starting = new Set<string>();
  let inStopPhase = false;
  for (const event of history) {
    if (event.kind === 'phase' && event.phase === 'stop') inStopPhase = event.state === 'began';
    if (event.kind !== 'node') continue;
    if (event.state === 'exited') {
      const signal = event.signal ?? (event.code === null ? null : (SIGNAL_CODES[event.code] ?? null));
      exits.push({
        ...event,
        code: signal === null ? event.code : null,
        signal,
        gracefully: told.delete(event.node),
        inStopPhase,
        ready: !starting.has(event.node),
      });
    } else if (event.state === 'stopping') told.add(event.node);
    else if (event.state === 'starting') {
      told.delete(event.node);
      starting.add(event.node);
    } else if (event.state === 'ready') starting.delete(event.node);
  }
  return exits;
}

function suspect(exit: Exit, history: History): Suspicion[] {
  const { node } = exit;
  const how = exit.signal === null ? `with code ${exit.code}` : `by ${exit.signal}`;
  if (exit.asked) {
    const mistake = exit.gracefully && exit.signal !== null && MISTAKES.has(exit.signal);
    const badCode = exit.signal === null && exit.code !== null && exit.code !== 0;
    return mistake || badCode
      ? [{ finding: found(exit, history, 'TW-CRASH-AT-STOP', `'${node}' ended ${how} when it was asked to stop`) }]
      : [];
  }
  if (exit.inStopPhase && exit.signal === null && exit.code === 0) return [];
  const finding = exit.ready
    ? found(exit, history, 'TW-CRASH-UNASKED', `'${node}' ended ${how} without being asked`)
    : found(exit, history, 'TW-CRASH-BEFORE-READY', `'${node}' ended ${how} before it was ready`);
  if (exit.signal !== 'SIGKILL') return [{ finding }];
  const detail = `'${node}' was killed by SIGKILL from an unknown sender: most likely memory ran out`;
  return [{ finding, doubt: { reason: 'out-of-memory', detail } }];
}

function found(exit: Exit, history: History, code: FindingCode, sentence: string): Suspicion['finding'] {
  const lines = linesBefore(exit, history);
  const { error, quoted } = lastWords(
    lines.map(({ line }) => line),
    exit.ready ? LOG_LINES_MAX : START_LOG_LINES_MAX,
  );
  const head = error === undefined ? sentence : `${sentence}: ${error}`;
  const quotes = quoted.flatMap((index, position) => {
    const before = quoted[position - 1];
    const leftOut = before === undefined ? 0 : index - before - 1;
    return [...(leftOut > 0 ? [`  | … ${leftOut} lines`] : []), `  | ${lines[index]?.line ?? ''}`];
  });
  return {
    code,
    message: [head, ...quotes].join('\n'),
    // Whether its end was asked for before or after an error is a race between two processes.
    ...(error !== undefined && { cause: error, bug: [`'${exit.node}': ${error}`, ...quotes].join('\n') }),
    subject: exit.node,
    events: [...quoted.flatMap((index) => lines[index]?.seq ?? []), exit.seq],
  };
}

/** Of its last life. */
function linesBefore(exit: Exit, history: History): { seq: number; line: string }[] {
  const began = eventsOf(history, 'node').findLast(
    (event) => event.node === exit.node && event.seq < exit.seq && (event.state === 'starting' || event.state === 'exited'),
  );
  const restarted = eventsOf(history, 'node').find(
    (event) => event.node === exit.node && event.state === 'starting' && event.seq > exit.seq,
  );
  return eventsOf(history, 'log')
    .filter((event) => event.node === exit.node && event.atMs <= exit.atMs + LOG_DRAIN_MS)
    .filter((event) => event.seq > (began?.seq ?? 0) && event.seq < (restarted?.seq ?? Number.POSITIVE_INFINITY))
    .slice(-SEARCHED_LINES_MAX);
}
