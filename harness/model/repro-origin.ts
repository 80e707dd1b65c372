// What a repro file asks for, held against its scenario. A file may come from anybody, and some steps are code: they set the
// variables of a program, put other programs before its own, write its files. Only the scenario's own are run unasked, and of a workload
// what its sweep could have made.
import { isDeepStrictEqual } from 'node:util';
import type { Case } from './case.ts';
import type { Step } from './faults/fault.ts';
import type { Redactor } from './secrets/redact.ts';

interface Own {
  parameters: Case['parameters'];
  schedule: readonly Step[];
  /** Of a workload: any list of work and any end of a node is its own. */
  isWorkload?: boolean;
  /** Of a workload: what its sweep gives cases beyond that, by its own topology. */
  points?: { steps: readonly Step[]; isParameter: (name: string, value: unknown) => boolean };
}

interface Origin {
  /** The case with the scenario's own secrets where the file has `***`. */
  case: Case;
  /** What it would do to programs and files that the scenario does not do, in one line each. */
  foreign: readonly string[];
}

export function originOf(saved: Case, own: Own, redact: Redactor): Origin {
  const steps = [...own.schedule, ...(own.points?.steps ?? [])];
  const schedule = saved.schedule.map((step) => ownOf(step, steps, redact) ?? step);
  const parameters = Object.fromEntries(
    Object.entries(saved.parameters).map(([name, value]) => [name, ownOf(value, [own.parameters[name]], redact, name) ?? value]),
  );
  return {
    case: { ...saved, schedule, parameters },
    foreign: [
      ...schedule.filter((step) => step.on !== 'link' && !isOfWorkload(step, own) && !steps.some((each) => same(each, step))).map(stepText),
      ...Object.entries(parameters)
        .filter(([name, value]) => !isOfSweep(name, value, own) && !same(value, own.parameters[name]))
        .map(([name, value]) => `parameter ${name}: ${JSON.stringify(value)}`),
    ],
  };
}

/** What a sweep gives a workload: data for operations that take whatever is made for them. */
const WORK: ReadonlySet<string> = new Set(['work', 'allowed', 'usual', 'dwellMs']);

function isOfSweep(name: string, value: unknown, { isWorkload = false, points }: Own): boolean {
  return isWorkload && (WORK.has(name) || points?.isParameter(name, value) === true);
}

/** A node that ends, starts again or stands still runs nothing that it does not run anyway. */
function isOfWorkload(step: Step, { isWorkload = false }: Own): boolean {
  return isWorkload && step.on === 'node' && (step.fault.kind === 'restart' || step.fault.kind === 'pause' || step.fault.kind === 'kill');
}

/** The one that is the same, or was before its secrets were replaced. */
function ownOf<T>(saved: T, own: readonly (T | undefined)[], redact: Redactor, name?: string): T | undefined {
  return own.find((each) => each !== undefined && (same(each, saved) || same(redact.value(each, name), saved)));
}

/** As JSON, which a file is. */
function same(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(plain(one), plain(other));
}

function plain(value: unknown): unknown {
  return value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown);
}

function stepText({ id, fault }: Step): string {
  return `step '${id}': ${JSON.stringify(fault)}`;
}
