import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renderFaultsByRuntime } from './faults-by-runtime.ts';
import { RUNTIMES } from '../registry/runtimes.ts';

test('the table of faults by runtime in the documentation is current', async () => {
  await expect(renderFaultsByRuntime(Object.values(RUNTIMES).map((make) => make()))).toMatchFileSnapshot(
    join(import.meta.dirname, '../../../docs/reference/faults-by-runtime.md'),
  );
});
