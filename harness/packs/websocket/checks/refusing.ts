// Does it refuse what a client must never send, and close as it must? A connection counts as closed with its close frame or its
// end, whichever comes first.
import type { Script } from '../../../model/scenario.ts';
import { Broken } from '../../base/broken.ts';
import type { Check, Target } from '../../base/pack.ts';
import { anotherIsServed, open, type Client } from '../base/client.ts';
import { frameBytes, OPCODE } from '../base/frame.ts';
import { RULES } from '../base/rules.ts';
import { LINK, BYTES, type Service } from '../base/service.ts';
import { checksOf } from '../base/websocket-check.ts';

/** Overlong, a surrogate, and a byte that never is (RFC 3629, 3). */
const NO_TEXT = [Buffer.from([0x61, 0xc0, 0xaf]), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from([0xff])];
const CLOSES_WITHIN = '8s';

export function refusing(target: Target): Record<string, Check> {
  return { ...wrongFrames(target), ...closing(target) };
}

function wrongFrames(target: Target): Record<string, Check> {
  const check = checksOf(target);
  return {
    unmasked: check({
      title: 'your server refuses a frame that is not masked',
      expectation: 'it closes the connection',
      check: { rule: RULES.mask, after: 'a frame without a mask', hangIs: 'ACCEPTED', cure: 'Close with 1002.' },
      script: refused('a ping without a mask', [frameBytes(OPCODE.ping, { payload: 'unmasked', masked: false })]),
    }),
    reserved: check({
      title: 'your server refuses frames that mean nothing',
      expectation: 'a reserved opcode, a reserved bit and a ping in two fragments close the connection',
      check: { rule: RULES.reserved, after: 'frames with a reserved opcode or bit', hangIs: 'ACCEPTED', cure: 'Close with 1002.' },
      async script(script, service) {
        await refused('a frame with the opcode 11', [frameBytes(11)])(script, service);
        await refused('a ping with the bit RSV1', [frameBytes(OPCODE.ping, { rsv1: true })])(script, service);
        await refused('a ping that is a fragment', [frameBytes(OPCODE.ping, { fin: false })])(script, service);
      },
    }),
    'wrong-text': check({
      title: 'your server refuses a text message that is no UTF-8',
      expectation: 'it closes the connection',
      check: {
        rule: RULES.utf8,
        after: 'a text message that is no UTF-8',
        hangIs: 'ACCEPTED',
        cure: 'Check the whole message, and close with 1007.',
      },
      async script(script, service) {
        for (const payload of NO_TEXT)
          await refused(`a text message with the bytes ${payload.toString('hex')}`, [frameBytes(OPCODE.text, { payload })])(
            script,
            service,
          );
      },
    }),
  };
}

/** Behind it a ping is sent: its pong shows that the connection goes on. */
function refused(what: string, bytes: readonly Buffer[]): (script: Script, service: Service) => Promise<void> {
  return async (script, service) => {
    const client = await open(script, service, { link: BYTES });
    const before = client.frames.length;
    client.write(Buffer.concat([...bytes, frameBytes(OPCODE.ping, { payload: 'goes on' })]));
    const goesOn = (): boolean => client.frames.slice(before).some(({ opcode }) => opcode === OPCODE.pong);
    await script.until(`your server closes the connection after ${what}`, () => client.ended !== undefined || goesOn(), {
      within: CLOSES_WITHIN,
    });
    if (client.ended === undefined) throw new Broken('ACCEPTED', `your server took ${what}, and the connection goes on`);
    client.socket.destroy();
    await anotherIsServed(script, service);
  };
}

function closing(target: Target): Record<string, Check> {
  return {
    close: checksOf(target)({
      title: 'your server answers a close frame, and ends the connection',
      expectation: 'a close frame comes back, then the end of the TCP connection',
      check: { rule: RULES.close, after: 'a close frame', cure: 'Answer the close frame with one, then end the socket.' },
      async script(script, service) {
        const client = await open(script, service, { link: LINK });
        const code = Buffer.alloc(2);
        code.writeUInt16BE(1_000);
        client.send(OPCODE.close, { payload: code });
        const isClosed = (): boolean => client.frames.some(({ opcode }) => opcode === OPCODE.close);
        await script.until('your server answers a close frame', () => isClosed() || isOver(client), { within: CLOSES_WITHIN });
        if (!isClosed()) throw new Broken('NO CLOSE FRAME', 'your server ended the connection without a close frame');
        await script.until('your server ends the connection after both close frames', () => isOver(client), { within: CLOSES_WITHIN });
      },
    }),
  };
}

const isOver = ({ socket }: Client): boolean => socket.readableEnded || socket.destroyed;
