import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { placesFor } from './places.ts';

test('as many as there are places are in, in their order, and their number may change meanwhile', async () => {
  let jobs = 2;
  const places = placesFor(() => jobs);
  const inside: string[] = [];
  const leave = new Map<string, () => void>();
  const ask = (name: string, alone = false): void =>
    void places.enter(alone).then((left) => {
      inside.push(name);
      leave.set(name, () => {
        inside.splice(inside.indexOf(name), 1);
        left();
      });
    });
  const seen = async (): Promise<string> => {
    await turn();
    return inside.join(' ');
  };
  for (const name of ['a', 'b', 'c', 'd', 'e']) ask(name);
  expect(await seen()).toBe('a b');
  jobs = 3;
  leave.get('a')?.();
  expect(await seen()).toBe('b c d');
  jobs = 1;
  leave.get('b')?.();
  expect(await seen()).toBe('c d');
  leave.get('c')?.();
  leave.get('d')?.();
  expect(await seen()).toBe('e');
});

test('who is alone waits for all, and all wait for it', async () => {
  const places = placesFor(() => 2);
  const first = await places.enter(false);
  let alone: (() => void) | undefined;
  let second: (() => void) | undefined;
  void places.enter(true).then((leave) => (alone = leave));
  void places.enter(false).then((leave) => (second = leave));
  await turn();
  expect([alone, second]).toEqual([undefined, undefined]);
  first();
  await turn();
  expect(second).toBe(undefined);
  alone?.();
  await turn();
  expect(second).toBeTypeOf('function');
});
