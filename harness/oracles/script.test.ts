import { describe } from 'vitest';
import { script } from './script.ts';
import { judgesWrittenHistories } from './testing/written-history.contract.ts';

describe('script', () => {
  judgesWrittenHistories(script);
});
