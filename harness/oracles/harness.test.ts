import { describe } from 'vitest';
import { harness } from './harness.ts';
import { judgesWrittenHistories } from './testing/written-history.contract.ts';

describe('harness', () => {
  judgesWrittenHistories(harness);
});
