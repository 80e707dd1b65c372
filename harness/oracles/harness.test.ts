import { describe } from 'vitest';
import { harness } from './harness.ts';
import { judgesWrittenHistories } from './written-history.contract.ts';

describe('harness', () => {
  judgesWrittenHistories(harness);
});
