import { defineScenario, fault, type SideProbe } from 'tornwire';
import { redisPair, redisUnavailable, type RedisClients } from '../../fixtures/redis.ts';

const VALUE = 'x'.repeat(10_000);

const ping: SideProbe<RedisClients> = {
  name: 'a client pings the primary',
  node: 'primary',
  boundMs: 250,
  everyMs: 20,
  async ask({ redis }) {
    const client = await redis('client->primary');
    await client.send('PING');
    client.close();
  },
};

export default defineScenario({
  title: "a slow replica never stalls the primary's clients",
  expectation: 'while the replica reads 256 KB a second, each ping of a client is answered within 250 ms, and all data arrives in the end',
  tags: ['gate', 'replication', 'toxiproxy'],
  system: redisPair({ sides: [ping] }),
  schedule: [fault('replica->primary', { kind: 'bandwidth', rateKBps: 256 }, { direction: 'downstream' })],
  async script({ redis, until }) {
    const replica = await redis('client->replica');
    await until('the replica is in step', async () => (await replica.send('INFO', 'replication')).includes('master_link_status:up'), {
      within: '10s',
    });
    const primary = await redis('client->primary');
    for (let i = 0; i < 100; i++) await primary.send('SET', `key ${i}`, `${i} ${VALUE}`);
    await until('the replica has a third of it', async () => Number(await replica.send('DBSIZE')) >= 33, { within: '10s' });
  },
  unavailable: redisUnavailable,
  restWithin: '15s',
});
