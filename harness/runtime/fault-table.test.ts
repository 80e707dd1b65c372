import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renderFaultsByRuntime } from './fault-table.ts';

test('the table of faults by runtime in the documentation is current', async () => {
  await expect(renderFaultsByRuntime()).toMatchFileSnapshot(join(import.meta.dirname, '../../docs/reference/faults-by-runtime.md'));
});
