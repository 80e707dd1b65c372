// Frames that a system sends at rest as well: WebSocket pings and pongs, JSON whose type says so, and what the topology
// declares. They are known by what the system itself sent.
import type { Heartbeat, Link } from '../system/link.ts';

interface Sent {
  type: string;
  payload?: string;
}

const HEARTBEAT_LENGTH_MAX = 200;

export function isHeartbeat({ type, payload }: Sent, link: Link | undefined): boolean {
  if (type === 'ping' || type === 'pong') return true;
  if (link?.heartbeats?.some((declared) => isSuch(declared, type, payload))) return true;
  if (payload === undefined || payload.length >= HEARTBEAT_LENGTH_MAX) return false;
  return /"type"\s*:\s*"(?:ping|pong|heartbeat)"/.test(payload);
}

function isSuch(declared: Heartbeat, type: string, payload = ''): boolean {
  return (declared.type ?? type) === type && payload.includes(declared.contains ?? '');
}
