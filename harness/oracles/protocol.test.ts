import { describe } from 'vitest';
import { protocol } from './protocol.ts';
import { judgesWrittenHistories } from './testing/written-history.contract.ts';

describe('protocol', () => {
  judgesWrittenHistories(protocol);
});
