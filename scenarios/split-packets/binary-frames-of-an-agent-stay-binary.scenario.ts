import assert from 'node:assert/strict';
import { defineScenario, split } from 'tornwire';
import { supervisorStack } from '../../fixtures/stack.ts';

/** Reads as a whole text frame "hi" where somebody forgets to frame it. */
const FORGED = Buffer.from([0x81, 0x02, 0x68, 0x69]);
/** Reads as a frame with reserved bits and no such opcode. */
const NO_FRAME = Buffer.alloc(16, 0xff);

export default defineScenario({
  title: 'binary frames of an agent stay binary on their way to a dashboard',
  expectation: 'a payload that looks like a text frame arrives as the binary message it is, and what follows it is not disturbed',
  tags: ['gate', 'split-packets'],
  system: supervisorStack(),
  schedule: [split('supervisor->agent', { direction: 'downstream', frame: { matches: { type: 'binary' } }, every: 1, mustFire: 2 })],
  async script({ openAgent, registryNodes, until }) {
    await until('the agent is registered', async () => JSON.stringify(await registryNodes()).includes('online'), { within: '5s' });
    const view = await openAgent('agent-1');
    await until('the agent has sent its state', () => view.messages.length > 0, { within: '5s' });
    const before = view.messages.length;
    // The agent sends attachments back as they came.
    view.send(FORGED);
    view.send(NO_FRAME);
    await until('both attachments are back', () => view.messages.length >= before + 2 || view.closedWith !== undefined, { within: '3s' });
    const back = view.messages.slice(before).map(({ binary, data }) => ({ binary, bytes: data.toString('hex') }));
    assert.deepEqual(
      back,
      [FORGED, NO_FRAME].map((data) => ({ binary: true, bytes: data.toString('hex') })),
    );
  },
});
