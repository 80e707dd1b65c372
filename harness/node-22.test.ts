import { expect, test } from 'vitest';
import { UndoStack } from './node-22.ts';

const STACKS = { 'of Node itself': AsyncDisposableStack, 'that Node 22 is given': UndoStack };

test.each(Object.entries(STACKS))('the stack %s undoes in reverse order and tells every error', async (_, Stack) => {
  const undone: string[] = [];
  const stack = new Stack();
  stack.use({ [Symbol.dispose]: () => void undone.push('first') });
  stack.defer(async () => void undone.push('second'));
  stack.adopt('third', (value) => void undone.push(value));
  stack.use({ [Symbol.asyncDispose]: () => Promise.reject(new Error('inner')) });
  stack.defer(() => {
    throw new Error('outer');
  });
  expect(stack.use(undefined)).toBeUndefined();

  const told = await stack.disposeAsync().then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(told).toMatchObject({ name: 'SuppressedError', error: { message: 'inner' }, suppressed: { message: 'outer' } });
  expect(undone).toEqual(['third', 'second', 'first']);
  expect(stack.disposed).toBe(true);
});

test.each(Object.entries(STACKS))('the stack %s hands its undos over, once', async (_, Stack) => {
  const undone: string[] = [];
  const stack = new Stack();
  stack.defer(() => void undone.push('undone'));
  const moved = stack.move();

  await stack.disposeAsync();
  expect(undone).toEqual([]);
  expect(() => stack.defer(() => {})).toThrow(ReferenceError);
  await moved.disposeAsync();
  await moved[Symbol.asyncDispose]();
  expect(undone).toEqual(['undone']);
});

test('what is neither disposable is refused', () => {
  for (const Stack of Object.values(STACKS)) expect(() => new Stack().use({} as Disposable)).toThrow(TypeError);
});
