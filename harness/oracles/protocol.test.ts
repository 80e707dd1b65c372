import { describe } from 'vitest';
import { protocol } from './protocol.ts';
import { judgesWrittenHistories } from './written-history.contract.ts';

describe('protocol', () => {
  judgesWrittenHistories(protocol);
});
