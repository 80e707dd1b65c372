import assert from 'node:assert/strict';
import { defineScenario, latency } from 'tornwire';
import { askingChatStack, bothWays } from '../../fixtures/stack.ts';

export default bothWays((agents) =>
  defineScenario({
    title: 'an agent registers again with a supervisor that was killed and started, and answers through it',
    expectation: 'after the restart the registry has the agent online by itself, and a prompt reaches the model and comes back',
    tags: ['gate', 'chat'],
    system: askingChatStack({ agents }),
    schedule: [latency('agent->supervisor', { direction: 'upstream', delay: '20ms' })],
    async script({ openChat, node, until }) {
      await openChat();
      await node('supervisor').kill();
      await node('supervisor').start();
      const chat = await openChat();
      chat.send('p1', 'hello');
      const answer = await until('the prompt is answered', () => chat.reply('p1'), { within: '8s' });
      assert.equal('text' in answer && answer.text, 'You said: hello');
    },
  }),
);
