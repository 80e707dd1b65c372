import { expect, test } from 'vitest';
import type { FileFault } from '../model/faults/file-fault.ts';
import { onFile } from '../model/faults/steps.ts';
import type { Topology } from '../model/system/topology.ts';
import { checkPlan } from './plan.ts';
import { nodeDouble } from './testing/played-case.double.ts';

const topology: Topology = { nodes: [nodeDouble('server')], links: [] };
const half: FileFault = { kind: 'half-line' };

test.each<[string, string, FileFault, { whenLines?: number }, string]>([
  ['an absolute path', '/etc/passwd', half, {}, "path '/etc/passwd' must begin with {state}, {tmp} or the {listen.NAME.path}"],
  ['another placeholder', '{source}/x', half, {}, 'must begin with {state}'],
  ['a listener that is not there', '{listen.other.path}', half, {}, 'must begin with {state}'],
  ['a way out', '{state}/../other/x', half, {}, "leads out of the folder of 'server'"],
  ['a disk by a pattern', '{state}/*', { kind: 'full-disk' }, {}, 'can hold no wildcard'],
  ['a disk in a socket file', '{listen.api.path}', { kind: 'full-disk' }, {}, 'a disk is a folder in {state} or {tmp}'],
  ['a lock that waits', '{state}/lock', { kind: 'stale-file', content: '' }, { whenLines: 1 }, 'stale-file waits for no file'],
])('%s is a mistake in the schedule', (_what, path, fault, where, message) => {
  expect(() => checkPlan(topology, [onFile('server', path, fault, where)])).toThrow(message);
});

test.each(['{state}', '{state}/**/*.jsonl', '{tmp}/x', '{listen.api.path}'])('%s is a place of a node', (path) => {
  expect(() => checkPlan(topology, [onFile('server', path, { kind: 'read-only' })])).not.toThrow();
});

test('a step names a node that is there', () => {
  expect(() => checkPlan(topology, [onFile('nobody', '{state}/x', half)])).toThrow("no node 'nobody'");
});
