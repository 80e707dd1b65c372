import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { expect, test } from 'vitest';
import { SettingsError } from '../gate/settings-file.ts';
import { ERRORS } from '../model/codes/errors.ts';
import { explain } from '../model/codes/explain.ts';
import { DurationError } from '../model/time/duration.ts';
import { FindError } from '../init/detect/detector.ts';
import { ReproError } from '../model/repro.ts';
import { TopologyError } from '../model/system/topology.ts';
import { InjectorError } from '../network/api/network-sink.ts';
import { ResultsError } from '../results/atomic-file.ts';
import { PackError } from './archive/pack-file.ts';
import { QueueError } from './queue/boss.ts';
import { UnknownStepError } from '../run/faults/faults.ts';
import { DefectError } from '../run/patched-source.ts';
import { PlanError } from '../run/plan.ts';
import { RecorderError } from '../run/record/history-file.ts';
import { RuntimeError } from '../runtime/runtime.ts';
import { failureOf } from './failure.ts';
import { NothingToRunError, UsageError } from './base/usage-error.ts';

const USAGE = [UsageError, DurationError, SettingsError, ReproError, TopologyError, PlanError, FindError, PackError];
const HARNESS = [RuntimeError, InjectorError, ResultsError, RecorderError, DefectError, UnknownStepError, QueueError];

/** What is typed wrong needs no explanation. */
const codeOf = (Kind: (typeof USAGE)[number] | (typeof HARNESS)[number]): string => (Kind === UsageError ? '' : ` [${new Kind('').code}]`);

test.each(USAGE)('%o: what the user wrote is wrong, one line and exit code 2', (Kind) => {
  expect(failureOf(new Kind('what is wrong'))).toEqual({ text: `tornwire: what is wrong${codeOf(Kind)}\n`, exitCode: 2 });
});

test.each(HARNESS)('%o: the machine or the harness is at fault, one line and exit code 3', (Kind) => {
  expect(failureOf(new Kind('what is missing'))).toEqual({ text: `tornwire: what is missing${codeOf(Kind)}\n`, exitCode: 3 });
});

test('without anything to run nothing is known, exit code 4', () => {
  expect(failureOf(new NothingToRunError('no scenario'))).toEqual({ text: 'tornwire: no scenario [TW-NOTHING-TO-RUN]\n', exitCode: 4 });
});

test('every class that carries an exit code is tested here', () => {
  const harness = join(import.meta.dirname, '..');
  const sources = readdirSync(harness, { recursive: true, encoding: 'utf8' }).filter((file) => /(?<!\.test)\.ts$/.test(file));
  const classes = sources.flatMap((file) =>
    file.includes('node_modules')
      ? []
      : [...readFileSync(join(harness, file), 'utf8').matchAll(/class (\w+) extends TornwireError/g)].map((match) => match[1]),
  );
  expect(classes.toSorted()).toEqual([...USAGE, ...HARNESS, NothingToRunError].map((Kind) => Kind.name).toSorted());
});

test('the code stands behind the first line, and tornwire explain knows each class', () => {
  const { text } = failureOf(new RuntimeError('it did not start:\n  its last line'));
  expect(text).toBe('tornwire: it did not start: [TW-RUNTIME]\n  its last line\n');
  const codes = [...USAGE, ...HARNESS, NothingToRunError].map((Kind) => new Kind('').code);
  expect(codes.filter((code) => explain(code) === undefined)).toEqual([]);
  expect(Object.keys(ERRORS).toSorted()).toEqual(codes.toSorted());
});

test('what nobody expected is told with its stack, and exit code 3', () => {
  const { text, exitCode } = failureOf(new TypeError('x is undefined'));
  expect(exitCode).toBe(3);
  expect(text).toMatch(/^tornwire: TypeError: TypeError: x is undefined\n {4}at /);
  expect(failureOf('thrown without an error')).toMatchObject({ exitCode: 3 });
});

test('the command line has its own words, and its help is no failure', () => {
  expect(failureOf(new CommanderError(0, 'commander.helpDisplayed', '(outputHelp)'))).toEqual({ text: '', exitCode: 0 });
  expect(failureOf(new CommanderError(1, 'commander.unknownOption', 'unknown option'))).toEqual({ text: '', exitCode: 2 });
});
