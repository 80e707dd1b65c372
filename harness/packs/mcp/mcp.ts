// The pack for servers of the Model Context Protocol.
import { definePack } from '../base/pack.ts';
import { conversation } from './checks/conversation.ts';
import { ending } from './checks/ending.ts';
import { work } from './checks/work.ts';

export const mcp = definePack({
  name: 'mcp',
  description: 'a server of the Model Context Protocol over stdio',
  checks: (target) => ({ ...conversation(target), ...ending(target), ...work(target) }),
});
