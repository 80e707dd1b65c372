import assert from 'node:assert/strict';
import { defineScenario, split } from 'tornwire';
import { askingChatStack, bothWays } from '../../fixtures/stack.ts';

export default bothWays((agents) =>
  defineScenario({
    title: 'what the model says byte by byte reaches the dashboard as it was said',
    expectation:
      'events split at every byte, also inside characters, give the answer, and the pieces that a dashboard folds are the same text',
    tags: ['gate', 'chat'],
    system: askingChatStack({ agents }),
    schedule: [split('agent->model', { direction: 'downstream', frame: { matches: { contains: '€uro' } }, every: 1 })],
    async script({ openChat, until }) {
      const chat = await openChat();
      chat.send('p1', 'naïve €uro 😀 said');
      assert.deepEqual(await until('the answer is whole', () => chat.reply('p1'), { within: '10s' }), {
        promptId: 'p1',
        text: 'You said: naïve €uro 😀 said',
        repeated: false,
      });
      assert.equal(chat.said('p1'), 'You said: naïve €uro 😀 said');
    },
  }),
);
