import assert from 'node:assert/strict';
import { defineScenario, stall } from 'tornwire';
import { askingChatStack, bothWays } from '../../fixtures/stack.ts';

export default bothWays((agents) =>
  defineScenario({
    title: 'a prompt whose model goes silent is reported within its bound, and the next one is answered',
    expectation: 'the dashboard is told of the silence while it lasts; meanwhile the registry has the agent online',
    tags: ['gate', 'chat'],
    system: askingChatStack({ agents, silentMs: 2_000 }),
    schedule: [stall('agent->model', { direction: 'downstream', frame: { matches: { contains: 'word-3' } } })],
    async script({ openChat, registryStatus, fired, lift, until }) {
      const chat = await openChat();
      chat.send('p1', 'count #words 6');
      await fired('stall agent->model', { within: '8s' });
      assert.equal(await registryStatus('agent-1'), 'online');
      const silent = await until('the silence is reported', () => chat.reply('p1'), { within: '5s' });
      assert.ok('error' in silent && silent.error.includes('said nothing'), JSON.stringify(silent));
      await lift('stall agent->model');
      chat.send('p2', 'again');
      const whole = await until('the next prompt is answered', () => chat.reply('p2'), { within: '8s' });
      assert.equal('text' in whole && whole.text, 'You said: again');
    },
  }),
);
