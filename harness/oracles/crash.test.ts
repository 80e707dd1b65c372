import { describe } from 'vitest';
import { crash } from './crash.ts';
import { judgesWrittenHistories } from './testing/written-history.contract.ts';

describe('crash', () => {
  judgesWrittenHistories(crash);
});
