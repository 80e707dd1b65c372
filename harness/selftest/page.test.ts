import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renderPage } from './page.ts';
import { PAIRS } from './table.ts';

test('the page of the self-test in the documentation is current', async () => {
  await expect(renderPage(PAIRS)).toMatchFileSnapshot(join(import.meta.dirname, '../../docs/reference/selftest.md'));
});
