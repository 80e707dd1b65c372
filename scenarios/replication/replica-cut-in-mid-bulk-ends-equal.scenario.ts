import { cut, defineScenario } from 'tornwire';
import { redisPair, redisUnavailable } from '../../fixtures/redis.ts';

const VALUE = 'x'.repeat(4_000);

export default defineScenario({
  title: 'a replica whose link is cut in mid-bulk ends equal to its primary',
  expectation: 'after a reset in the middle of the replication stream the replica takes up again and holds the very same data set',
  tags: ['gate', 'replication'],
  system: redisPair(),
  schedule: [cut('replica->primary', { direction: 'downstream', connection: 1, atByte: 200_003, how: 'rst' })],
  async script({ redis, until, fired }) {
    const replica = await redis('client->replica');
    await until('the replica is in step', async () => (await replica.send('INFO', 'replication')).includes('master_link_status:up'), {
      within: '10s',
    });
    const primary = await redis('client->primary');
    await Promise.all(Array.from({ length: 200 }, (_, i) => primary.send('SET', `key ${i}`, `${i} ${VALUE}`)));
    await fired('cut replica->primary', { within: '5s' });
    await until(
      'the replica has its primary again',
      async () => (await replica.send('INFO', 'replication')).includes('master_link_status:up'),
      { within: '15s' },
    );
  },
  unavailable: redisUnavailable,
  restWithin: '10s',
});
