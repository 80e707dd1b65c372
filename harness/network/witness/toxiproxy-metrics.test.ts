import { expect, test } from 'vitest';
import { countedBytes } from './toxiproxy-metrics.ts';

// As Toxiproxy 2.12.0 has written it.
const METRICS = `# HELP toxiproxy_proxy_received_bytes_total 
# TYPE toxiproxy_proxy_received_bytes_total counter
toxiproxy_proxy_received_bytes_total{direction="downstream",listener="127.0.0.1:18990",proxy="run.a",upstream="127.0.0.1:47389"} 3
toxiproxy_proxy_received_bytes_total{direction="upstream",listener="127.0.0.1:18990",proxy="run.a",upstream="127.0.0.1:47389"} 5
# HELP toxiproxy_proxy_sent_bytes_total 
# TYPE toxiproxy_proxy_sent_bytes_total counter
toxiproxy_proxy_sent_bytes_total{direction="downstream",listener="127.0.0.1:18990",proxy="run.a",upstream="127.0.0.1:47389"} 4
toxiproxy_proxy_sent_bytes_total{direction="upstream",listener="127.0.0.1:18990",proxy="run.a",upstream="127.0.0.1:47389"} 1.048576e+06
`;

test('each direction of a proxy has counters of its own', () => {
  expect(countedBytes(METRICS, 'run.a', 'downstream')).toEqual({ sent: 4, received: 3 });
  expect(countedBytes(METRICS, 'run.a', 'upstream')).toEqual({ sent: 1_048_576, received: 5 });
});

test('a proxy without an ended connection has counted nothing', () => {
  expect(countedBytes(METRICS, 'run.b', 'upstream')).toEqual({ sent: 0, received: 0 });
  expect(countedBytes('', 'run.a', 'upstream')).toEqual({ sent: 0, received: 0 });
});
