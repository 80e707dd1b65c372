// The pack for coding agents whose command line does one task and prints JSON lines.
import { definePack } from '../base/pack.ts';
import { answering } from './checks/answering.ts';
import { ending } from './checks/ending.ts';

export const agent = definePack({
  name: 'agent',
  description: 'a coding agent whose command line does a task and prints JSON lines',
  settings: ['model', 'model-url-env', 'prompt'],
  checks: (target) => ({ ...answering(target), ...ending(target) }),
});
