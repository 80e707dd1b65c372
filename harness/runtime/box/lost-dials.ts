// How often somebody in a box tried to reach what only the machine's network has. The kernel counts packets and dials that have no
// way to go (RFC 4293, ipSystemStatsOutNoRoutes), for each network namespace on its own.
import { readWhole } from '../linux/proc.ts';

/** In the network of this process, ever. 0 where the kernel does not say. */
export function lostDials(): number {
  const [names = '', numbers = ''] = (readWhole('/proc/self/net/snmp') ?? '').split('\n');
  const at = names.split(' ').indexOf('OutNoRoutes');
  const six = /^Ip6OutNoRoutes\s+(\d+)$/m.exec(readWhole('/proc/self/net/snmp6') ?? '')?.[1];
  return Number(at < 0 ? 0 : (numbers.split(' ')[at] ?? 0)) + Number(six ?? 0);
}
