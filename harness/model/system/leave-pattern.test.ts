// Which files a node may leave.
import { expect, test } from 'vitest';
import { isLawfullyLeft } from './leave-pattern.ts';

test('a pattern matches names that begin with a dot, and nothing beside its folder', () => {
  expect(isLawfullyLeft('/tmp/project/.venv/lib/a.pyc', ['/tmp/project/**'])).toBe(true);
  expect(isLawfullyLeft('/tmp/x/.venv/__pycache__/a.pyc', ['/**/__pycache__/**'])).toBe(true);
  expect(isLawfullyLeft('{home}/.cache/uv/.lock', ['{home}/.cache/**'])).toBe(true);
  expect(isLawfullyLeft('{home}/.bad-1', ['{home}/.cache/**'])).toBe(false);
  expect(isLawfullyLeft('/tmp/projects/a', ['/tmp/project/**'])).toBe(false);
});
