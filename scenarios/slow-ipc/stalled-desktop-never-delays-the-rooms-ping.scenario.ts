import { defineScenario, stall } from 'tornwire';
import { roomStack } from '../../fixtures/stack.ts';

export default defineScenario({
  title: "a stalled desktop never delays the bridge's answer to the room's ping",
  expectation:
    'while the desktop gives no reply to any command, every ping of the room is answered within 250 ms; afterwards all windows agree',
  tags: ['gate', 'slow-ipc'],
  system: roomStack(),
  schedule: [stall('bridge->desktop', { direction: 'downstream', armAt: 'the desktop stalls' })],
  async script({ joinRoom, mark, until, fired, lift, desktopWindows }) {
    const alice = await joinRoom('alice');
    await alice.add({ type: 'life', x: 1, y: 1, w: 20, h: 10 });
    await until('the desktop shows the first window', async () => ((await desktopWindows()) as unknown[]).length === 1, { within: '5s' });
    await mark('the desktop stalls');
    for (let i = 1; i <= 3; i++) await alice.add({ type: 'clock', x: 10 * i, y: 5, w: 20, h: 10 });
    await fired('stall bridge->desktop', { within: '5s' });
    // Long enough for a bridge that blocks on its desktop to miss several pings.
    await pings(until, 15);
    await lift('stall bridge->desktop');
  },
});

/** Lets the room send so many pings, one every 100 ms. */
async function pings(
  until: (what: string, condition: () => boolean, options: { within: '10s' }) => Promise<unknown>,
  count: number,
): Promise<void> {
  const endsMs = performance.now() + count * 100;
  await until(`${count} pings of the room have come due`, () => performance.now() >= endsMs, { within: '10s' });
}
