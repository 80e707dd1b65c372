import assert from 'node:assert/strict';
import { cut, defineScenario } from 'tornwire';
import { redisPair, redisUnavailable } from '../../fixtures/redis.ts';

export default defineScenario({
  title: 'a client whose reply is cut tells that the outcome is unknown',
  expectation: 'an increment whose reply ends after one byte counts as indeterminate, and primary and replica agree on whether it happened',
  tags: ['gate', 'replication'],
  system: redisPair(),
  schedule: [cut('client->primary', { direction: 'downstream', connection: 1, atByte: 1, how: 'fin' })],
  async script({ redis, operation }) {
    const client = await redis('client->primary');
    const result = await operation('INCR hits', () => client.send('INCR', 'hits'), { within: '3s' });
    assert.equal(result.state, 'indeterminate');
    const again = await redis('client->primary');
    const hits = await again.send('GET', 'hits');
    assert.ok(hits === '1' || hits === '', `hits is '${hits}'`);
  },
  unavailable: redisUnavailable,
});
