import { describe } from 'vitest';
import { script } from './script.ts';
import { judgesWrittenHistories } from './written-history.contract.ts';

describe('script', () => {
  judgesWrittenHistories(script);
});
