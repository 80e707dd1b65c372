import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { defineScenario } from 'tornwire';
import { server } from '../../system.ts';

export default defineScenario({
  title: 'a server with a fixed port and fixed paths is alone on its machine',
  expectation: 'it sees the first process of its box and itself',
  system: server(),
  async script({ processes }) {
    const seen = await processes();
    assert.deepEqual(
      seen.map((word) => basename(word)),
      ['cat', 'node'],
    );
  },
});
