import { describe } from 'vitest';
import { divergence } from './divergence.ts';
import { judgesWrittenHistories } from './testing/written-history.contract.ts';

describe('divergence', () => {
  judgesWrittenHistories(divergence);
});
