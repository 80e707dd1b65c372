import { describe } from 'vitest';
import { faultHappened } from './fault-happened.ts';
import { judgesWrittenHistories } from './testing/written-history.contract.ts';

describe('fault-happened', () => {
  judgesWrittenHistories(faultHappened);
});
