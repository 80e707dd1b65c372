// Does it talk as streamable HTTP wants it: the handshake, a notification, a stream to listen on, and what is no message.
import type { Check } from '../../../base/pack.ts';
import { Broken } from '../../../base/broken.ts';
import { BYTES } from '../base/endpoint.ts';
import { isStream } from '../base/exchange.ts';
import { type HttpMaking, withHttpSession } from '../base/http-check.ts';
import { introduce } from '../base/introduce.ts';
import { HTTP_RULES } from '../base/rules.ts';
import { answerText, statusOf, wholeOf } from '../base/session.ts';

const NO_JSON = ['this is no JSON {', '{"jsonrpc":"2.0","id":1,', ''];
/** RFC 3629: none of these bytes begins a character, and the third one wants another behind it. */
const NO_UTF8 = [
  Buffer.from([0xff, 0xfe, 0xc3, 0x28]),
  Buffer.concat([Buffer.from('{"jsonrpc":"2.0","method":"ping","id":"'), Buffer.from([0x80, 0xbf]), Buffer.from('"}')]),
];

export function talk(making: HttpMaking): Record<string, Check> {
  return { ...right(making), ...wrong(making) };
}

function right({ target, check }: HttpMaking): Record<string, Check> {
  return {
    handshake: check({
      title: 'your server answers initialize, ping and tools/list',
      expectation: 'each is answered by JSON or by a stream of events, in the answer to its own request',
      check: { rule: HTTP_RULES.handshake, after: 'a plain handshake' },
      watched: true,
      within: '60s',
      script: (script) => introduce(target)(script),
    }),
    notification: check({
      title: 'your server answers a notification with 202 and no body',
      expectation: 'a client does not wait for more',
      check: {
        rule: HTTP_RULES.accepted,
        after: 'a notification',
        cure: 'Answer what is no request with 202, and with nothing behind it.',
      },
      script: withHttpSession(async (session, script) => {
        const exchange = await wholeOf(script, session.post({ method: 'notifications/initialized' }), 'a notification');
        if (exchange.status !== 202 || exchange.text !== '')
          throw new Broken('WRONG STATUS', `your server answered a notification with ${answerText(exchange)}, not with 202 and no body`);
      }),
    }),
    listening: check({
      title: 'your server answers a GET with a stream of events, or with 405',
      expectation: 'a client that listens is told at once whether it can',
      check: {
        rule: HTTP_RULES.listening,
        after: 'a GET',
        cure: 'Send the head of the stream at once (flushHeaders), or answer 405.',
      },
      script: withHttpSession(async (session, script) => {
        const stream = session.listen();
        const status = await statusOf(script, stream, 'a GET');
        if (status !== 405 && !(status === 200 && isStream(stream.headers)))
          throw new Broken('WRONG STATUS', `your server answered a GET with ${answerText(stream)}, not with a stream of events or 405`);
        stream.leave('fin');
      }),
    }),
  };
}

function wrong({ check }: HttpMaking): Record<string, Check> {
  return {
    rubbish: check({
      title: 'your server refuses a body that is no JSON, and goes on',
      expectation: 'an error comes back, and the next ping is answered',
      check: {
        rule: HTTP_RULES.parseError,
        after: 'a request came whose body is no JSON',
        cure: 'Catch the error of the parser, and answer 400 with the error -32700.',
      },
      script: withHttpSession(async (session, script) => {
        for (const [index, text] of NO_JSON.entries()) {
          const what = text === '' ? 'a request without a body' : `a body that is no JSON (${text})`;
          const exchange = await wholeOf(script, session.post(text), what);
          const isRefused = (exchange.status ?? 0) >= 400 || /"error"/.test(exchange.text);
          if (!isRefused) throw new Broken('ACCEPTED', `your server answered ${what} with ${answerText(exchange)}`);
          await session.ping(`after-${index}`, `a ping after ${what}`);
        }
      }),
    }),
    'bad-encoding': check({
      title: 'your server goes on after a body that is no UTF-8',
      expectation: 'it is answered somehow, and so is the next ping',
      check: {
        rule: HTTP_RULES.encoding,
        after: 'a request came whose body is no UTF-8',
        cure: 'Treat a body that is no UTF-8 as one that is no JSON.',
      },
      script: withHttpSession(async (session, script) => {
        for (const [index, bytes] of NO_UTF8.entries()) {
          const exchange = session.post(bytes);
          await statusOf(script, exchange, 'a body that is no UTF-8');
          exchange.leave('fin');
          await session.ping(`after-bytes-${index}`, 'a ping after a body that is no UTF-8');
        }
      }),
    }),
    version: check({
      title: 'your server refuses a protocol version that it does not know',
      expectation: 'the status is 400, and the session goes on',
      check: {
        rule: HTTP_RULES.version,
        after: 'a request with MCP-Protocol-Version: 1999-01-01',
        cure: 'Compare the header MCP-Protocol-Version with what you support, and answer 400.',
      },
      script: withHttpSession(async (session, script) => {
        const headers = { 'mcp-protocol-version': '1999-01-01' };
        const exchange = session.post({ id: 'old', method: 'ping' }, { headers, link: BYTES });
        const status = await statusOf(script, exchange, 'a request of an unknown protocol version');
        if (status < 400) throw new Broken('ACCEPTED', `your server took a request with MCP-Protocol-Version: 1999-01-01 (HTTP ${status})`);
        if (status !== 400)
          throw new Broken(
            'WRONG STATUS',
            `your server answered MCP-Protocol-Version: 1999-01-01 with ${answerText(exchange)}, not with 400`,
          );
        exchange.leave('fin');
      }),
    }),
  };
}
