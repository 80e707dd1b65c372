import { expect, test } from 'vitest';
import { checkTopology, listenerOf, type Node, outsideOf, startOrder, type Topology } from './topology.ts';

const app: Node = {
  name: 'app',
  role: 'app',
  command: ['app'],
  env: {},
  listens: {},
  ready: { when: 'log', contains: 'ready' },
  readyWithinMs: 1_000,
  stopWithinMs: 1_000,
};
const link = { name: 'app->db', from: 'app', to: '127.0.0.1:5432', listener: 'outside', framing: 'raw' } as const;
const topology = (outside: readonly string[], links: Topology['links'] = [link]): Topology => ({ nodes: [app], links, outside });

test('an address outside is the end of a link and nothing that is started', () => {
  const given = topology(['127.0.0.1:5432']);
  expect(() => checkTopology(given)).not.toThrow();
  expect(outsideOf(given, link)).toEqual({ host: '127.0.0.1', port: 5432 });
  expect(listenerOf(given, link)).toEqual({ transport: 'tcp', port: 5432 });
  expect(startOrder(given)).toEqual([[app]]);
});

test.each([
  ['no address', topology(['database']), "outside 'database': write host:port"],
  ['no port there is', topology(['127.0.0.1:70000']), "outside '127.0.0.1:70000': write host:port"],
  ['where no link goes', topology(['127.0.0.1:5432'], []), "outside '127.0.0.1:5432': no link goes there"],
  ['where two links go', topology(['127.0.0.1:5432'], [link, { ...link, name: 'again' }]), 'more than one link goes there: app->db, again'],
  ['not said of an address', topology([]), "no node '127.0.0.1:5432'"],
])('an outside that is %s is refused', (_what, given, why) => {
  expect(() => checkTopology(given)).toThrow(why);
});
