// The first check: does the command listen, and is it an MCP server there? If not, one line says what it is instead.
import type { Script } from '../../../../model/scenario.ts';
import { Broken, NotATarget } from '../../../base/broken.ts';
import type { Target } from '../../../base/pack.ts';
import { seenWithin, untilItListens } from '../../../base/until-it-listens.ts';
import { initialize } from '../../base/messages.ts';
import { type Endpoint, endpointOf, LINK } from './endpoint.ts';
import { ask, type Exchange, mediaTypeOf } from './exchange.ts';
import { ACCEPTS, answerText, bodyOf, replyTo, sessionOf, wholeOf } from './session.ts';

/** A server that loads its parts with the first request needs some seconds. */
const FIRST_ANSWER_MS = 15_000;
/** MCP 2025-06-18, Session Management: visible ASCII. */
const SESSION_ID = /^[\x21-\x7e]+$/;

export function introduce(target: Target): (script: Script) => Promise<void> {
  return async (script) => {
    const endpoint = endpointOf(target);
    const command = `'${target.command.join(' ')}'`;
    await untilItListens(script, endpoint.port, command, (port) => `--http ${port}${endpoint.path}`);
    const exchange = ask(script, endpoint, { body: bodyOf(initialize('tw-init')), headers: ACCEPTS, link: LINK });
    await seenWithin(FIRST_ANSWER_MS, () => exchange.replies.length > 0 || exchange.isWhole || exchange.ended !== undefined);
    const why = noServer(exchange, endpoint);
    if (why !== undefined) throw new NotATarget(`${command} ${why}`);
    const { error, result } = await replyTo(script, exchange, 'tw-init', 'initialize', '5s');
    if (error) throw new Broken('WRONG ANSWER', `your server answered initialize with error ${error.code}: ${error.message}`);
    if (typeof result?.['protocolVersion'] !== 'string' || typeof result['serverInfo'] !== 'object')
      throw new Broken('WRONG ANSWER', 'the result of initialize has no protocolVersion or no serverInfo');
    const session = sessionOf(script, endpoint, exchange, LINK);
    if (session.id !== undefined && !SESSION_ID.test(session.id))
      throw new Broken('WRONG ANSWER', `your server gave a session id that is not of visible ASCII: ${JSON.stringify(session.id)}`);
    const initialized = await wholeOf(script, session.post({ method: 'notifications/initialized' }), 'notifications/initialized');
    if ((initialized.status ?? 0) >= 300)
      throw new Broken('REFUSED', `your server answered notifications/initialized with ${answerText(initialized)}`);
    await session.ping('tw-ping');
    const { capabilities } = result;
    if (typeof capabilities === 'object' && capabilities !== null && 'tools' in capabilities)
      await session.request({ id: 'tw-tools', method: 'tools/list' });
  };
}

/** What it is instead, behind the command. */
function noServer(exchange: Exchange, { path, headers: given }: Endpoint): string | undefined {
  const { status, ended, replies, headers } = exchange;
  const asked = `initialize at ${path}`;
  if (replies.some(({ id }) => id === 'tw-init')) return undefined;
  if (ended?.startsWith('HPE_') === true) return `is no HTTP server: what it answered ${asked} with is no HTTP (${ended})`;
  if (ended !== undefined) return `is no MCP server over HTTP: it ended the connection (${ended}) after ${asked}`;
  if (status === undefined) return `is no MCP server over HTTP: no answer to ${asked} in ${FIRST_ANSWER_MS / 1_000} s`;
  if (status >= 400) return `answered ${asked} with ${answerText(exchange)}: ${hintFor(status, headers, given)}`;
  if (mediaTypeOf(headers) === 'text/event-stream')
    return `is no MCP server over HTTP: no answer to ${asked} in ${FIRST_ANSWER_MS / 1_000} s, only the beginning of a stream`;
  return `is no MCP server at ${path}: it answered initialize with ${answerText(exchange)}: --http 3000/path says where it is`;
}

/** @param given what each request bore */
function hintFor(status: number, headers: Exchange['headers'], given: Endpoint['headers']): string {
  if (status === 401 || status === 403) {
    const names = Object.keys(given);
    if (names.length > 0) return `it does not let in who asks with ${names.join(' and ')}; --header says it anew`;
    // RFC 9110, 11.6.1: a 401 names the scheme.
    const scheme = /^[\w-]+/.exec(headers['www-authenticate'] ?? '')?.[0] ?? 'Bearer';
    return `it wants to know who asks (${scheme}): --header 'Name: value' says it, and the usual name is Authorization`;
  }
  if (status === 404 || status === 405) return '--http 3000/path says where the MCP endpoint is';
  return 'that is no answer of an MCP server to a first message';
}
