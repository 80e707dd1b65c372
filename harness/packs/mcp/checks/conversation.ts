// Does it talk as it must: the handshake, requests in pieces, rubbish between them, a second initialize.
import { split } from '../../../model/faults/steps.ts';
import type { Check } from '../../base/pack.ts';
import { CHILD, stdioTarget } from '../../base/stdio-target.ts';
import { introduce } from '../base/introduce.ts';
import type { Making } from '../base/mcp-check.ts';
import { FOREIGN, initialize } from '../base/messages.ts';
import { RULES } from '../base/rules.ts';
import { pingIs, withSession } from '../base/session.ts';

const NO_MESSAGES = ['this is no JSON {\n', '{"jsonrpc":"2.0","id":1,\n', '[]\n', '42\n'];
/** RFC 3629: none of these bytes begins a character, and the third one wants another behind it. */
const NO_UTF8 = [Buffer.from([0xff, 0xfe, 0xc3, 0x28, 0x0a]), Buffer.from([0x22, 0x80, 0xbf, 0x22, 0x0a])];

export function conversation(making: Making): Record<string, Check> {
  return { ...requests(making), ...oddities(making) };
}

function requests({ target, check }: Making): Record<string, Check> {
  return {
    handshake: check({
      title: 'your server answers initialize, ping and tools/list',
      expectation: 'each is answered once, and nothing else is on stdout',
      check: { rule: RULES.handshake, after: 'a plain handshake' },
      // Whatever this is, it may print for ever.
      system: stdioTarget(target, 'raw'),
      within: '60s',
      script: introduce(target),
    }),
    'split-everywhere': check({
      title: 'your server puts requests together that come byte by byte',
      expectation: 'a message ends at its newline, wherever reads and characters are cut',
      check: {
        rule: RULES.framing,
        after: 'requests came one byte at a time, also inside a character',
        cure: 'Collect bytes until a newline comes, and decode whole lines only.',
      },
      schedule: [split(CHILD, { direction: 'upstream', every: 1, times: 3, mustFire: 3 })],
      script: withSession((session) => pingIs(session, FOREIGN)),
    }),
  };
}

function oddities({ check }: Making): Record<string, Check> {
  return {
    rubbish: check({
      title: 'your server goes on after lines that are no message',
      expectation: 'it answers the next ping after each of them',
      check: {
        rule: RULES.parseError,
        after: 'lines came that are no JSON or no message',
        cure: 'Catch the error of the parser, answer -32700 or pass the line over.',
      },
      script: withSession(async (session) => {
        for (const [index, text] of NO_MESSAGES.entries()) {
          session.write(text);
          await pingIs(session, `after-${index}`, `a ping after the line ${text.trim()}`);
        }
      }),
    }),
    'bad-encoding': check({
      title: 'your server goes on after a line that is no UTF-8',
      expectation: 'it answers the next ping',
      check: {
        rule: RULES.encoding,
        after: 'a line came that is no UTF-8',
        cure: 'Decode line by line, and treat a line that is no UTF-8 as one that is no JSON.',
      },
      script: withSession(async (session) => {
        for (const [index, bytes] of NO_UTF8.entries()) {
          session.write(bytes);
          await pingIs(session, `after-bytes-${index}`, 'a ping after a line that is no UTF-8');
        }
      }),
    }),
    'second-initialize': check({
      title: 'your server lives through a second initialize',
      expectation: 'it answers by a result or an error, and goes on',
      check: { rule: RULES.secondInitialize, after: 'a second initialize' },
      script: withSession(async (session) => {
        session.send(initialize('again'));
        await session.answer('again', 'a second initialize');
        await pingIs(session, 'after-again');
      }),
    }),
  };
}
