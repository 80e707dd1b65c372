import assert from 'node:assert/strict';
import { cut, defineScenario } from 'tornwire';
import { askingChatStack, bothWays } from '../../fixtures/stack.ts';

export default bothWays((agents) =>
  defineScenario({
    title: 'a prompt that is sent again after its connection was cut is put to the model once',
    expectation: 'the dashboard that comes back gets the whole answer to the first sending, and the model was asked a single time',
    tags: ['gate', 'chat'],
    system: askingChatStack({ agents }),
    schedule: [
      cut('dashboard->supervisor', { direction: 'downstream', frame: { matches: { contains: 'word-3' } }, atByte: 8, how: 'rst' }),
    ],
    async script({ openChat, modelRequests, until }) {
      const prompt = 'count once #words 8 #every 20';
      const first = await openChat();
      first.send('p1', prompt);
      await until('the connection is cut', () => first.closedWith !== undefined, { within: '8s' });
      const second = await openChat();
      second.send('p1', prompt);
      const answer = await until('the answer is there', () => second.reply('p1'), { within: '8s' });
      const words = Array.from({ length: 8 }, (_, index) => `word-${index + 1}`);
      assert.deepEqual('text' in answer && answer.text.trim().split(' '), words);
      assert.equal((await modelRequests('count once')).length, 1);
    },
  }),
);
