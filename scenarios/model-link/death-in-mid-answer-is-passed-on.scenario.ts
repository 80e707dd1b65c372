import { defineScenario, latency } from 'tornwire';
import { askingChatStack, bothWays } from '../../fixtures/stack.ts';

export default bothWays((agents) =>
  defineScenario({
    title: 'the death of an agent in the middle of its answer is passed on to the dashboard that waits',
    expectation: "the dashboard's socket closes within two seconds, and no connection to the model is left",
    tags: ['gate', 'chat'],
    system: askingChatStack({ agents }),
    schedule: [latency('agent->model', { direction: 'downstream', delay: '20ms' })],
    async script({ openChat, modelRequests, node, until }) {
      const chat = await openChat();
      chat.send('p1', 'count #words 9 #silent 3');
      await until('the answer has begun', () => chat.said('p1') !== '', { within: '8s' });
      await node('chat-agent').kill();
      await until("the dashboard's socket is closed", () => chat.closedWith !== undefined, { within: '2s' });
      const left = async (): Promise<boolean> => (await modelRequests('count')).every(({ state }) => state === 'left');
      await until('the model has noticed that nobody waits', left, { within: '3s' });
    },
  }),
);
