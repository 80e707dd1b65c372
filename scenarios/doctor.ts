// What the scenarios of this project need beside Tornwire itself, for `tornwire doctor`.
import type { MachineFinding } from 'tornwire';
import { redisUnavailable } from '../fixtures/redis.ts';
import { pythonUnavailable, realAgentsMissing, sessionsUnavailable } from '../fixtures/stack.ts';

export default function findings(): MachineFinding[] {
  return [
    found('redis-server', redisUnavailable()),
    found('tmux', sessionsUnavailable('process')),
    found('Python', pythonUnavailable()),
    found('real agents', realAgentsMissing()),
  ];
}

/** The reasons name their cure themselves. */
function found(name: string, missing: string | undefined): MachineFinding {
  return { name, has: missing === undefined, detail: missing ?? 'there' };
}
