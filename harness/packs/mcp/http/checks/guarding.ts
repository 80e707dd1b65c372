// Who may talk to it: pages of other sites and other machines may not, and a session is known or is not.
import type { Script } from '../../../../model/scenario.ts';
import { Broken, NotApplicable } from '../../../base/broken.ts';
import { isLoopback, listeningIn } from '../../../base/listeners.ts';
import type { Check } from '../../../base/pack.ts';
import { SERVER } from '../../../base/places.ts';
import { HOST } from '../../../base/tcp-target.ts';
import { initialize } from '../../base/messages.ts';
import { BYTES, type Endpoint, LINK } from '../base/endpoint.ts';
import { ask, type Exchange } from '../base/exchange.ts';
import type { HttpMaking } from '../base/http-check.ts';
import { HTTP_RULES } from '../base/rules.ts';
import { ACCEPTS, answerText, bodyOf, idOf, isServed, open, statusOf, type HttpSession } from '../base/session.ts';

/** RFC 2606: a name that is nobody's. */
const FOREIGN_HOST = 'attacker.example';
const NOT_CHECKED = 'ORIGIN IGNORED';
const ANSWER_WITHIN = '8s';

export function guarding(making: HttpMaking): Record<string, Check> {
  return { ...strangers(making), ...sessions(making) };
}

function strangers({ check }: HttpMaking): Record<string, Check> {
  return {
    origin: check({
      title: 'your server refuses the page of a foreign site',
      expectation: 'initialize with a foreign Origin gets no result',
      check: {
        rule: HTTP_RULES.origin,
        habits: { [NOT_CHECKED]: HTTP_RULES.originAlone },
        after: `a page of ${FOREIGN_HOST} sent initialize`,
        cure: 'Answer 403 where the Origin is not one of your own (in the TypeScript SDK: enableDnsRebindingProtection and allowedOrigins).',
      },
      async script(script, endpoint) {
        const origin = `http://${FOREIGN_HOST}:${endpoint.port}`;
        if (await serves(script, endpoint, { origin, host: `${FOREIGN_HOST}:${endpoint.port}` }))
          throw new Broken('SERVED', `your server gave a session to a page of ${origin}, whose name led to ${HOST}`);
        if (await serves(script, endpoint, { origin }))
          throw new Broken(
            NOT_CHECKED,
            `your server looks at Host alone, and gave a session to a page of ${origin} that asked for ${HOST}`,
          );
        await open(script, endpoint, BYTES);
      },
    }),
    loopback: check({
      title: 'your server listens on loopback only',
      expectation: 'other machines do not reach it',
      check: {
        rule: HTTP_RULES.loopback,
        after: 'its start',
        cure: `Listen at ${HOST} unless told otherwise.`,
      },
      async script(script, endpoint) {
        await open(script, endpoint, LINK);
        const heard = listeningIn(await script.node(SERVER).pids()).filter(({ port, host }) => port === endpoint.port && !isLoopback(host));
        if (heard.length > 0)
          throw new Broken('EXPOSED', `your server listens at ${heard.map(({ host, port }) => `${host}:${port}`).join(' and ')}`);
      },
    }),
  };
}

async function serves(script: Script, endpoint: Endpoint, headers: Readonly<Record<string, string>>): Promise<boolean> {
  const exchange = ask(script, endpoint, { body: bodyOf(initialize('stranger')), headers: { ...ACCEPTS, ...headers }, link: BYTES });
  const isOver = (): boolean => isServed(exchange) || exchange.isWhole || exchange.ended !== undefined;
  await script.until('your server answers a foreign page, or ends its connection', isOver, { within: ANSWER_WITHIN });
  return isServed(exchange);
}

function sessions({ check }: HttpMaking): Record<string, Check> {
  return {
    'ended-session': check({
      title: 'your server answers a session that has ended with 404',
      expectation: 'DELETE ends it, or is answered with 405',
      check: {
        rule: HTTP_RULES.endedSession,
        habits: { 'NO DELETE': HTTP_RULES.endOfSession },
        after: 'the client ended its session',
        cure: 'Answer 404 where the session is not known: only then its client begins a new one.',
      },
      script: endedSession,
    }),
    'forgotten-session': check({
      title: 'your server answers a session from before its restart with 404, or goes on with it',
      expectation: 'its client learns that it has to begin anew',
      check: {
        rule: HTTP_RULES.endedSession,
        after: 'a restart',
        cure: 'Answer 404 where the session is not known: only then its client begins a new one.',
      },
      async script(script, endpoint) {
        const session = await open(script, endpoint, BYTES);
        idOf(session);
        await script.node(SERVER).kill('SIGKILL');
        await script.node(SERVER).start();
        const exchange = await pinged(script, session, 'a session from before its restart');
        if (!isServed(exchange)) mustBe404(exchange, 'a session from before its restart');
      },
    }),
    'missing-session': check({
      title: 'your server answers a request without its session with 400',
      expectation: 'nobody is served without a session where sessions are kept',
      check: {
        rule: HTTP_RULES.missingSession,
        after: 'a request without Mcp-Session-Id',
        cure: 'Answer 400 where Mcp-Session-Id is missing and the request is no initialize.',
      },
      async script(script, endpoint) {
        const session = await open(script, endpoint, LINK);
        idOf(session);
        const { 'mcp-session-id': _, ...headers } = session.headers;
        const exchange = ask(script, endpoint, {
          body: bodyOf({ id: 'alone', method: 'ping' }),
          headers: { ...ACCEPTS, ...headers },
          link: BYTES,
        });
        const status = await statusOf(script, exchange, 'a request without its session');
        if (status < 300) throw new Broken('SERVED', `your server answered a request without Mcp-Session-Id with HTTP ${status}`);
        if (status !== 400)
          throw new Broken(
            'WRONG STATUS',
            `your server answered a request without Mcp-Session-Id with ${answerText(exchange)}, not with 400`,
          );
      },
    }),
  };
}

async function endedSession(script: Script, endpoint: Endpoint): Promise<void> {
  const session = await open(script, endpoint, LINK);
  idOf(session);
  const ended = await session.end();
  const { status = 0 } = ended;
  if (status === 405) throw new NotApplicable('it lets no client end a session (405)');
  if (status >= 300) throw new Broken('NO DELETE', `your server answered DELETE with ${answerText(ended)}, not with 2xx or 405`);
  const exchange = await pinged(script, session, 'a session that had ended');
  if (isServed(exchange)) throw new Broken('SERVED', 'your server went on with a session that its client had ended');
  mustBe404(exchange, 'a session that had ended');
}

async function pinged(script: Script, session: HttpSession, what: string): Promise<Exchange> {
  const exchange = session.post({ id: 'late', method: 'ping' });
  const isOver = (): boolean => isServed(exchange) || exchange.isWhole || exchange.ended !== undefined;
  await script.until(`your server answers a request of ${what}`, isOver, { within: ANSWER_WITHIN });
  return exchange;
}

function mustBe404(exchange: Exchange, what: string): void {
  if (exchange.status !== 404)
    throw new Broken('WRONG STATUS', `your server answered a request of ${what} with ${answerText(exchange)}, not with 404`);
}
