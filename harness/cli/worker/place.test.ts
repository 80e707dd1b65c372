import { expect, test } from 'vitest';
import { errorLine, placeIn } from './place.ts';

const at = (text: string, stack: string): Error => Object.assign(new Error(text), { stack });

test('an error is one line with the first line of the user that is in its stack', () => {
  const error = at(
    'no window\n  anywhere',
    `Error: no window
    at connect (node:net:1:2)
    at Client.open (file:///project/node_modules/ws/index.js:3:4)
    at script (file:///project/scenarios/a%20b.scenario.ts:5:6)
    at file:///project/scenarios/other.scenario.ts:7:8`,
  );
  expect(errorLine(error, '/project')).toBe('Error: no window anywhere (scenarios/a b.scenario.ts:5:6)');
});

test('what is thrown without a stack, and what is no error, is told as it is', () => {
  expect(errorLine('plain', '/project')).toBe('thrown: plain');
  expect(errorLine(undefined, '/project')).toBe('thrown: undefined');
  expect(errorLine(at('x', ''), '/project')).toBe('Error: x');
});

test('the harness is not the place of an error of the user', () => {
  expect(placeIn(`at play (${import.meta.url}:1:1)\n    at script (file:///project/x.ts:2:3)`, '/project')).toBe('x.ts:2:3');
});
