// What was expected beside what came, from the events that prove a finding. Values stand side by side, down to the smallest part that
// differs.
import { growthOf, grownBy } from '../../model/judging/growth.ts';
import type { Event, EventBase, KindOf, ObservationOf } from '../../model/judging/history.ts';
import { boundedLine } from '../../model/values/bounded-text.ts';
import { diff } from '../../model/text/diff.ts';
import { canonicalJson, type Json } from '../../model/values/json.ts';
import { lasting, listed } from '../../model/text/words.ts';
import type { CaseRow } from '../../results/summary.ts';
import { mebibytes } from './event-words.ts';

export interface Compared {
  /** Each a sentence, or the beginning of a value. */
  expected: string;
  actual: string;
  /** Value by value, where there are such: a JSON pointer, a kind of resource, a time. */
  parts: readonly Part[];
}

interface Part {
  what: string;
  expected: string;
  actual: string;
}

type Finding = CaseRow['findings'][number];

const PARTS_MAX = 12;
const VALUE_MAX = 300;

/** @param proof the events that the finding names, in their order: those that could be read. */
export function comparedIn(finding: Finding, proof: readonly Event[]): Compared {
  return COMPARE[finding.oracle]?.(finding, proof) ?? fromSentence(finding);
}

/** For a case without findings: there is no verdict, and this is why. */
export function withoutFinding(row: CaseRow): Compared {
  if (row.verdict === 'pass') return { expected: 'nothing is found', actual: 'nothing was found', parts: [] };
  return { expected: 'a verdict: pass or fail', actual: row.reason ?? row.verdict, parts: [] };
}

type Compare = (finding: Finding, proof: readonly Event[]) => Compared | undefined;

const COMPARE: Readonly<Record<string, Compare>> = {
  crash: crashed,
  hang: late,
  divergence: apart,
  leak: kept,
  protocol: undecodable,
  script: asserted,
  bounds: tooOften,
};

function fromSentence({ oracle, message }: Finding): Compared {
  return { expected: `the oracle '${oracle}' finds nothing`, actual: firstLine(message), parts: [] };
}

function crashed({ message }: Finding, proof: readonly Event[]): Compared | undefined {
  const exit = lastOf(proof, 'node');
  if (exit?.state !== 'exited') return undefined;
  const how = exit.signal === null ? `with code ${exit.code}` : `by ${exit.signal}`;
  const expected = exit.asked ? `'${exit.node}' ends with code 0 when it is asked to` : `'${exit.node}' lives until it is asked to end`;
  const error = /^'[^']*' ended [^:]*: ([^]*)/.exec(firstLine(message))?.[1];
  return {
    expected,
    actual: `it ended ${how}${exit.asked ? '' : ', and nobody had asked it'}, ${lasting(exit.atMs)} after the run began`,
    parts: error === undefined ? [] : [{ what: 'its last words', expected: 'no error', actual: short(error) }],
  };
}

function late(finding: Finding, proof: readonly Event[]): Compared | undefined {
  const opened = firstOf(proof, 'obligation');
  const side = observed(proof, 'side').at(-1);
  if (opened) {
    const ended = lastOf(proof, 'obligation');
    const came = proof.some((event) => event.kind === 'obligation' && event.state === 'met');
    const lastMs = proof.reduce((most, { atMs }) => Math.max(most, atMs), 0);
    const tookMs = (came && ended ? ended.atMs : lastMs) - opened.atMs;
    const seen = lastOf(proof, 'obligation')?.lastSeen;
    return {
      expected: `${opened.what}, within ${lasting(opened.boundMs)}`,
      actual: came ? `it came after ${lasting(tookMs)}` : `it did not come in ${lasting(tookMs)}`,
      parts: seen === undefined ? [] : [{ what: 'what was last seen', expected: opened.what, actual: short(seen) }],
    };
  }
  if (!side) return unanswered(finding);
  const waited =
    side.latencyMs === null ? `no answer in ${lasting(side.waitedMs ?? side.boundMs)}` : `an answer after ${lasting(side.latencyMs)}`;
  return {
    expected: `'${side.name}' is answered within ${lasting(side.boundMs)}, whatever is broken elsewhere`,
    actual: waited,
    parts: [],
  };
}

/** Of pings, whose finding says how often and how long. */
function unanswered({ message }: Finding): Compared | undefined {
  const [, what, bound, how] = /^(.*) was not answered within ([^(]*) \((.*)\)$/.exec(firstLine(message)) ?? [];
  return what === undefined ? undefined : { expected: `${what} is answered within ${bound}`, actual: how as string, parts: [] };
}

function apart(_finding: Finding, proof: readonly Event[]): Compared | undefined {
  const views = observed(proof, 'view');
  const rest = observed(proof, 'rest').at(-1);
  const [left] = views;
  const right = views.find((view) => left && canonicalJson(view.value) !== canonicalJson(left.value));
  if (left && right) {
    const [a, b] = left.subject === right.subject ? ['before', 'after'] : [left.subject, right.subject];
    const differences = diff(left.value, right.value);
    return {
      expected: `'${left.truth}' is the same at ${a} and ${b}, as ${a} has it: ${shown(left.value)}`,
      actual: `${b} has ${shown(right.value)}`,
      parts: differences.slice(0, PARTS_MAX).map(({ pointer, left: before, right: after }) => ({
        what: pointer === '' ? 'the whole' : pointer,
        expected: shown(before),
        actual: shown(after),
      })),
    };
  }
  if (!rest) return undefined;
  const agreed =
    rest.agreedAfterMs === null || rest.agreedAfterMs === undefined
      ? 'they never agreed'
      : `they agreed after ${lasting(rest.agreedAfterMs)}`;
  return { expected: `all views agree within ${lasting(rest.boundMs)} of the end of the faults`, actual: agreed, parts: [] };
}

function kept(finding: Finding, proof: readonly Event[]): Compared | undefined {
  return (
    grown(observed(proof, 'resources')) ?? occupied(proof) ?? leftOver(proof) ?? slower(proof) ?? connections(finding) ?? churn(finding)
  );
}

function grown(samples: readonly ObservationOf<'resources'>[]): Compared | undefined {
  const [first] = samples;
  const last = samples.at(-1);
  if (!first || !last) return undefined;
  const growing = growingKinds(samples);
  const rounds = samples.length - 1;
  return {
    expected: `'${first.node}' holds as much after each '${first.series}' as before the first one`,
    actual: `it holds more after ${rounds} rounds: ${listed(growing.map(({ kind, counts }) => `${kind} ${counts[0]} -> ${counts.at(-1)}`))}`,
    parts: growing.slice(0, PARTS_MAX).map(({ kind, counts }) => ({
      what: kind,
      expected: String(counts[0]),
      actual: `${counts.at(-1)} (${Number((grownBy(counts) / Math.max(1, rounds)).toFixed(1))} more a round)`,
    })),
  };
}

/** Those that grow as a leak does, the fastest first; all that rose where none does. */
export function growingKinds(samples: readonly ObservationOf<'resources'>[]): { kind: string; counts: readonly number[] }[] {
  const kinds = [...new Set(samples.flatMap((sample) => Object.keys(sample.counts)))]
    .map((kind) => ({ kind, counts: samples.map((sample) => sample.counts[kind] ?? 0) }))
    .filter(({ counts }) => grownBy(counts) > 0)
    .toSorted((a, b) => grownBy(b.counts) - grownBy(a.counts));
  const leaking = kinds.filter(({ counts }) => growthOf(counts) !== 'none');
  return leaking.length > 0 ? leaking : kinds;
}

function occupied(proof: readonly Event[]): Compared | undefined {
  const [before, after] = [observed(proof, 'occupied')[0], observed(proof, 'occupied').at(-1)];
  const rounds = observed(proof, 'memory');
  const [first, last] = [rounds[0], rounds.at(-1)];
  if (first && last) {
    const of = ({ liveBytes, residentBytes }: ObservationOf<'memory'>): string => mebibytes(liveBytes ?? residentBytes);
    const expected = `'${first.node}' occupies as much after each '${first.series}' as after the first one: ${of(first)}`;
    return {
      expected,
      actual: `${of(last)} after round ${last.cycle}`,
      parts: [{ what: first.liveBytes === undefined ? 'resident' : 'alive', expected: of(first), actual: of(last) }],
    };
  }
  if (!before || !after) return undefined;
  return {
    expected: `'${before.node}' stays near the ${mebibytes(before.peakBytes)} that it occupied when it was ready`,
    actual: `it occupied ${mebibytes(after.peakBytes)}`,
    parts: [{ what: 'resident, at most', expected: mebibytes(before.peakBytes), actual: mebibytes(after.peakBytes) }],
  };
}

function leftOver(proof: readonly Event[]): Compared | undefined {
  const left = proof.filter((event) => event.kind === 'leftover');
  const [first] = left;
  if (!first) return undefined;
  return {
    expected: `nothing${first.node === undefined ? '' : ` of '${first.node}'`} is left after everything was stopped`,
    actual: `${left.length} left: ${listed(left.map(({ what, detail }) => `${what} ${short(detail)}`))}`,
    parts: left
      .slice(0, PARTS_MAX)
      .map(({ what, detail, pid }) => ({ what: `${what}${pid === undefined ? '' : ` ${pid}`}`, expected: 'gone', actual: short(detail) })),
  };
}

function slower(proof: readonly Event[]): Compared | undefined {
  const [first, last] = [firstOf(proof, 'obligation'), lastOf(proof, 'obligation')];
  if (!first || !last) return undefined;
  return { expected: `'${first.what}' takes as long in each round`, actual: 'it takes longer with each', parts: [] };
}

function connections({ message }: Finding): Compared | undefined {
  const [, said, bound] = /^(.*), (?:and needs|before the fault it held) (\d+)$/.exec(firstLine(message)) ?? [];
  return said === undefined ? undefined : { expected: `${bound} connections at rest`, actual: said, parts: [] };
}

function churn({ message }: Finding): Compared | undefined {
  const [, who, whom, how] = /^(.*) dials (.*) again and again at rest \((.*)\)$/.exec(firstLine(message)) ?? [];
  return who === undefined ? undefined : { expected: `at rest ${who} keeps its connection to ${whom}`, actual: how as string, parts: [] };
}

function undecodable(_finding: Finding, proof: readonly Event[]): Compared | undefined {
  const error = firstOf(proof, 'frame-error');
  if (!error) return undefined;
  const said = error.line ?? error.wrong?.bytes;
  return {
    expected: `every byte ${error.direction} on '${error.link}' decodes under its framing`,
    actual: `connection ${error.connection}, byte ${error.offset}: ${error.reason}`,
    parts: said === undefined ? [] : [{ what: error.line === undefined ? 'bytes' : 'line', expected: 'valid', actual: short(said) }],
  };
}

function asserted({ message }: Finding, proof: readonly Event[]): Compared | undefined {
  const failed = firstOf(proof, 'script');
  if (!failed) return undefined;
  const { compared } = failed;
  if (!compared) return { expected: 'the script comes to its end without an error', actual: short(firstLine(message)), parts: [] };
  return { ...compared, parts: [{ what: 'value', expected: short(compared.expected), actual: short(compared.actual) }] };
}

function tooOften({ message }: Finding): Compared | undefined {
  const [, said, bound] = /^(.*); (at most .*) are allowed$/.exec(firstLine(message)) ?? [];
  return said === undefined ? undefined : { expected: bound as string, actual: said, parts: [] };
}

function firstOf<K extends Event['kind']>(proof: readonly Event[], kind: K): (EventBase & KindOf<K>) | undefined {
  return proof.find((event) => event.kind === kind) as (EventBase & KindOf<K>) | undefined;
}

function lastOf<K extends Event['kind']>(proof: readonly Event[], kind: K): (EventBase & KindOf<K>) | undefined {
  return proof.findLast((event) => event.kind === kind) as (EventBase & KindOf<K>) | undefined;
}

function observed<P extends ObservationOf<'view'>['probe'] | 'resources' | 'memory' | 'occupied' | 'side' | 'rest'>(
  proof: readonly Event[],
  probe: P,
): ObservationOf<P>[] {
  return proof.flatMap((event) =>
    event.kind === 'observation' && event.observation.probe === probe ? [event.observation as ObservationOf<P>] : [],
  );
}

function shown(value: Json | undefined): string {
  return value === undefined ? 'nothing' : short(canonicalJson(value));
}

function firstLine(message: string): string {
  return message.split('\n')[0] ?? '';
}

function short(text: string): string {
  return boundedLine(text, VALUE_MAX);
}
