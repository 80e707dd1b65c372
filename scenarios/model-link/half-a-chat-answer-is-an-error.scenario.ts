import assert from 'node:assert/strict';
import { cut, defineScenario } from 'tornwire';
import { askingChatStack, bothWays } from '../../fixtures/stack.ts';

export default bothWays((agents) =>
  defineScenario({
    title: 'a prompt whose answer breaks off in the middle of an event ends as an error, and the next one is answered',
    expectation: 'the dashboard is told that there is no answer, never half of one, and the agent works on',
    tags: ['gate', 'chat'],
    system: askingChatStack({ agents }),
    schedule: [cut('agent->model', { direction: 'downstream', frame: { matches: { contains: 'word-3' } }, atByte: 40, how: 'rst' })],
    async script({ openChat, until }) {
      const chat = await openChat();
      chat.send('p1', 'count #words 6');
      const broken = await until('the broken answer is reported', () => chat.reply('p1'), { within: '8s' });
      assert.ok('error' in broken, JSON.stringify(broken));
      chat.send('p2', 'again');
      const whole = await until('the next prompt is answered', () => chat.reply('p2'), { within: '8s' });
      assert.equal('text' in whole && whole.text, 'You said: again');
    },
  }),
);
