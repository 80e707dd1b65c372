// The table and the files below this folder say the same.
import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { LINK_FAULTS, LINK_FAULT_KINDS, linkFaultSchema, typeOf } from './table.ts';

test('every file of a link fault has its line, and every line its file', () => {
  const files = readdirSync(import.meta.dirname, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'base')
    .flatMap(({ name }) => readdirSync(`${import.meta.dirname}/${name}`));
  expect(files.map((file) => basename(file, '.ts')).sort()).toEqual([...LINK_FAULT_KINDS].sort());
});

test.each(LINK_FAULT_KINDS)('the example of a %s is one, at any speed', (kind) => {
  const { sample } = LINK_FAULTS[kind];
  expect(sample.kind).toBe(kind);
  expect(linkFaultSchema.parse(sample)).toStrictEqual(sample);
  const type = typeOf(sample);
  expect(type.atSpeed(sample, 1)).toEqual(sample);
  expect(linkFaultSchema.parse(type.atSpeed(sample, 10)).kind).toBe(kind);
});

test.each(LINK_FAULT_KINDS)('a %s holds bytes for no less than the wait that it asks for', (kind) => {
  const { sample } = LINK_FAULTS[kind];
  const type = typeOf(sample);
  expect(type.heldMs(sample)).toBeGreaterThanOrEqual(type.delayMs(sample));
});
