// The pack for servers of the Model Context Protocol: over stdio, or over streamable HTTP where `--http` says where.
import { PackUsageError } from '../base/broken.ts';
import { type Checks, definePack, type Target } from '../base/pack.ts';
import { makingOf } from './base/mcp-check.ts';
import { conversation } from './checks/conversation.ts';
import { ending } from './checks/ending.ts';
import { scarcity } from './checks/scarcity.ts';
import { volume } from './checks/volume.ts';
import { work } from './checks/work.ts';
import { overHttp } from './http/over-http.ts';

export const mcp = definePack({
  name: 'mcp',
  description: 'a server of the Model Context Protocol, over stdio or, with --http, over streamable HTTP',
  settings: ['http'],
  checks: (target) => (target.settings?.['http'] === undefined ? overStdio(target) : overHttp(target)),
});

function overStdio(target: Target): Checks {
  if (target.headers !== undefined) throw new PackUsageError('--header needs --http: over stdio there are none');
  const making = makingOf(target);
  // The longest one comes early, so that others run beside it.
  return { ...conversation(making), ...volume(making), ...ending(making), ...work(making), ...scarcity(making) };
}
