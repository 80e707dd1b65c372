// Does it talk as it must: the handshake, requests in pieces, many at once, big ones, rubbish between them.
import { split } from '../../../model/faults/steps.ts';
import { Broken } from '../../base/broken.ts';
import type { Check, Target } from '../../base/pack.ts';
import { CHILD, stdioTarget } from '../../base/stdio-target.ts';
import { introduce } from '../base/introduce.ts';
import { checksOn } from '../base/mcp-check.ts';
import { RULES } from '../base/rules.ts';
import { initialize, line, open, withSession, type Session } from '../base/session.ts';

const BURST = 50;
const BIG_BYTES = 1_000_000;
const RUBBISH = [
  Buffer.from('this is no JSON {\n'),
  Buffer.from([0xff, 0xfe, 0xc3, 0x28, 0x0a]),
  Buffer.from('{"jsonrpc":"2.0","id":1,\n'),
];

/** Two, three and four bytes in UTF-8: it comes back in the id of the answer, so nothing of the server's own is needed. */
const FOREIGN = 'é€𝄞-ключ-鍵';

export function conversation(target: Target): Record<string, Check> {
  const check = checksOn(stdioTarget(target, 'json-rpc'));
  return { ...requests(target, check), ...oddities(check) };
}

type Making = ReturnType<typeof checksOn>;

function requests(target: Target, check: Making): Record<string, Check> {
  return {
    handshake: check({
      title: 'your server answers initialize, ping and tools/list',
      expectation: 'each is answered once, and nothing else is on stdout',
      check: { rule: RULES.handshake, after: 'a plain handshake' },
      // Whatever this is, it may print for ever.
      system: stdioTarget(target, 'raw'),
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
      script: withSession(async (session) => {
        await pingIs(session, FOREIGN);
      }),
    }),
    'fifty-at-once': check({
      title: 'your server answers fifty requests of one write, each once',
      expectation: 'a read may hold many messages',
      check: { rule: RULES.answers, after: 'fifty requests came in one write', cure: 'Take every line out of a read, not one.' },
      script: withSession(async (session) => {
        const ids = Array.from({ length: BURST }, (_, index) => `burst-${index}`);
        session.send(...ids.map((id) => ({ id, method: 'ping' })));
        for (const id of ids) await session.answer(id, `ping ${id} of ${BURST}`);
        const twice = ids.find((id) => session.replies(id).length > 1);
        if (twice !== undefined) throw new Broken('WRONG ANSWER', `your server answered the request '${twice}' twice`);
      }),
    }),
  };
}

function oddities(check: Making): Record<string, Check> {
  return {
    'one-megabyte': check({
      title: 'your server takes a request of 1 MB',
      expectation: 'no limit of a read is a limit of a message',
      check: { rule: RULES.framing, after: 'a request of 1 MB' },
      script: withSession(async (session) => {
        await session.request({ id: 'big', method: 'ping', params: { _meta: { pad: 'x'.repeat(BIG_BYTES) } } }, '15s');
        await pingIs(session, 'after');
      }),
    }),
    rubbish: check({
      title: 'your server goes on after lines that are no message',
      expectation: 'it answers the next ping',
      check: {
        rule: RULES.parseError,
        after: 'lines came that are no JSON or no UTF-8',
        cure: 'Catch the error of the parser, answer -32700 or pass the line over.',
      },
      script: withSession(async (session) => {
        for (const bytes of RUBBISH) session.write(bytes);
        await pingIs(session, 'after-rubbish');
      }),
    }),
    'second-initialize': check({
      title: 'your server lives through a second initialize',
      expectation: 'it answers by a result or an error, and goes on',
      check: { rule: RULES.secondInitialize, after: 'a second initialize' },
      script: withSession(async (session) => {
        await session.request(initialize('again'));
        await pingIs(session, 'after-again');
      }),
    }),
    'before-initialize': check({
      title: 'your server ends when its stdin ends before initialize',
      expectation: 'a client may go before it has said a word',
      check: { rule: RULES.shutdown, after: 'its stdin ended before initialize', hangIs: 'ORPHAN', cure: 'On end of stdin, exit.' },
      script: async (script) => {
        const session = await open(script);
        session.child.stdin.end();
        await session.ends('your server ends after its stdin has ended before initialize');
      },
    }),
  };
}

export async function pingIs(session: Session, id: string): Promise<void> {
  session.write(line({ id, method: 'ping' }));
  await session.answer(id, 'ping');
}
