import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { logLines } from './log-lines.ts';

test('lines are the same however the bytes are split', () => {
  const line = fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\n', ' '));
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), fc.array(fc.nat(), { maxLength: 12 }), (lines, cuts) => {
      const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''));
      const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
      const seen: string[] = [];
      const log = logLines({ line: (_stream, text) => void seen.push(text) });
      for (const [index, place] of places.entries()) log.write('stdout', bytes.subarray(place, places[index + 1] ?? bytes.length));
      expect(seen).toEqual(lines.map((text) => Buffer.from(text).toString()));
    }),
    { numRuns: 50 },
  );
});

test('the two streams do not mix, and a last line without a newline counts when its stream ends', () => {
  const seen: [string, string][] = [];
  const log = logLines({ line: (...line) => void seen.push(line) });
  log.write('stdout', Buffer.from('out'));
  log.write('stderr', Buffer.from('err\nmore'));
  log.write('stdout', Buffer.from('side\n'));
  log.end('stdout');
  log.end('stderr');
  expect(seen).toEqual([
    ['stderr', 'err'],
    ['stdout', 'outside'],
    ['stderr', 'more'],
  ]);
});

test('only the last fifty lines are kept', () => {
  const log = logLines({ line: () => {} });
  for (let number = 0; number < 60; number += 1) log.write('stdout', Buffer.from(`${number}\n`));
  expect(log.tail()).toHaveLength(50);
  expect(log.tail().at(0)).toBe('10');
});

test('a line without an end takes bounded memory', () => {
  const seen: string[] = [];
  const log = logLines({ line: (_stream, text) => void seen.push(text) });
  const piece = Buffer.alloc(1_000_000, 'x');
  for (let count = 0; count < 20; count += 1) log.write('stdout', piece);
  log.end('stdout');
  expect(seen).toEqual([`${'x'.repeat(65_536)}... and ${20_000_000 - 65_536} more bytes`]);
});
