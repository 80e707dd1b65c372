import { describe } from 'vitest';
import { leak } from './leak.ts';
import { judgesWrittenHistories } from '../testing/written-history.contract.ts';

describe('leak', () => {
  judgesWrittenHistories(leak);
});
