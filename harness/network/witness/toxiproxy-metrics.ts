// What Toxiproxy's metrics (Prometheus' text format) say of one direction of a proxy: the bytes of connections that have ended.
import type { Direction } from '../../model/system/link.ts';

export interface CountedBytes {
  sent: number;
  received: number;
}

/** 0 while nothing has been counted yet. */
export function countedBytes(metrics: string, proxy: string, direction: Direction): CountedBytes {
  return {
    sent: metric(metrics, 'toxiproxy_proxy_sent_bytes_total', proxy, direction),
    received: metric(metrics, 'toxiproxy_proxy_received_bytes_total', proxy, direction),
  };
}

function metric(text: string, name: string, proxy: string, direction: Direction): number {
  const line = text
    .split('\n')
    .find((each) => each.startsWith(`${name}{`) && each.includes(`direction="${direction}"`) && each.includes(`proxy="${proxy}"`));
  return line === undefined ? 0 : Number(line.slice(line.lastIndexOf(' ') + 1));
}
