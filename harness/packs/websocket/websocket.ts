// The pack for WebSocket servers (RFC 6455).
import { definePack } from '../base/pack.ts';
import { leaving } from './checks/leaving.ts';
import { longRun } from './checks/long-run.ts';
import { refusing } from './checks/refusing.ts';
import { talk } from './checks/talk.ts';

export const websocket = definePack({
  name: 'websocket',
  description: 'a WebSocket server (RFC 6455)',
  settings: ['port', 'path', 'hello', 'expect'],
  checks: (target) => ({ ...talk(target), ...leaving(target), ...refusing(target), ...longRun(target) }),
});
