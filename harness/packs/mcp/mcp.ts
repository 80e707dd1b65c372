// The pack for servers of the Model Context Protocol.
import { definePack } from '../base/pack.ts';
import { makingOf } from './base/mcp-check.ts';
import { conversation } from './checks/conversation.ts';
import { ending } from './checks/ending.ts';
import { scarcity } from './checks/scarcity.ts';
import { volume } from './checks/volume.ts';
import { work } from './checks/work.ts';

export const mcp = definePack({
  name: 'mcp',
  description: 'a server of the Model Context Protocol over stdio',
  checks(target) {
    const making = makingOf(target);
    // The longest one comes early, so that others run beside it.
    return { ...conversation(making), ...volume(making), ...ending(making), ...work(making), ...scarcity(making) };
  },
});
