// GET /capabilities: what this server can do on this machine, with reasons where it cannot.

import { loadKernel } from '../exact/kernel.ts';
import { FRAMINGS } from './proxy-body.ts';
import type { Capabilities, Capability } from '../wire/wire-types.ts';
import { TOXIC_TYPES } from '../toxics/table.ts';

/** Ours; the part before the plus is the Toxiproxy whose API this is. */
const VERSION = '0.1.0';
const TOXIPROXY_VERSION = '2.12.0';

export const VERSION_TEXT = `${TOXIPROXY_VERSION}+tornwire.${VERSION}`;

export function capabilities(): Capabilities {
  return {
    engine: 'tornwire',
    version: VERSION,
    api: `toxiproxy ${TOXIPROXY_VERSION.split('.').slice(0, 2).join('.')}`,
    toxics: [...TOXIC_TYPES.keys()],
    transports: ['tcp', 'unix'],
    framings: FRAMINGS,
    splits: splits(),
    hangUps: hangUps(),
    events: true,
    seeded: true,
  };
}

function splits(): Capabilities['splits'] {
  const kernel = loadKernel();
  const paced: Capability = { available: true, transports: ['tcp', 'unix'], vouches: false };
  if ('missing' in kernel) {
    const none = { available: false, reason: kernel.missing };
    return { boundary: none, gated: none, paced };
  }
  return {
    boundary: { available: true, transports: ['unix'], reason: 'the kernel keeps no boundary in a TCP stream' },
    gated: { available: true, transports: ['tcp', 'unix'], reason: 'on TCP where the reader is in this network namespace, else paced' },
    paced,
  };
}

function hangUps(): Capability {
  const kernel = loadKernel();
  if ('missing' in kernel) return { available: false, reason: kernel.missing };
  return { available: true, transports: ['unix'], reason: 'on TCP a close is no more than an end until a byte is answered with a reset' };
}
