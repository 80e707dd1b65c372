// The first check: is this an MCP server at all? If not, one line says what it is instead.
import type { Script } from '../../../model/scenario.ts';
import { Broken, NotATarget } from '../../base/broken.ts';
import type { Target } from '../../base/pack.ts';
import { exitText, initialize, open, type Session } from './session.ts';

/** What is no answer by then, in ms, is none: a package runner may be fetching its package first. */
const FIRST_ANSWER_MS = 15_000;
const ENDLESS_BYTES = 5_000_000;

export function introduce(target: Target): (script: Script) => Promise<void> {
  return async (script) => {
    const session = await open(script);
    session.send(initialize('tw-init'));
    await firstAnswer(session, target.command.join(' '));
    const reply = session.replies('tw-init')[0];
    if (reply?.error)
      throw new Broken('WRONG ANSWER', `your server answered initialize with error ${reply.error.code}: ${reply.error.message}`);
    if (typeof reply?.result?.['protocolVersion'] !== 'string' || typeof reply.result['serverInfo'] !== 'object')
      throw new Broken('WRONG ANSWER', 'the result of initialize has no protocolVersion or no serverInfo');
    session.send({ method: 'notifications/initialized' });
    await session.request({ id: 'tw-ping', method: 'ping' });
    const { capabilities } = reply.result;
    if (typeof capabilities === 'object' && capabilities !== null && 'tools' in capabilities)
      await session.request({ id: 'tw-tools', method: 'tools/list' });
    await session.close();
  };
}

async function firstAnswer(session: Session, command: string): Promise<void> {
  const until = performance.now() + FIRST_ANSWER_MS;
  while (session.replies('tw-init').length === 0) {
    const why = noServer(session, performance.now() >= until);
    if (why !== undefined) throw new NotATarget(`'${command}' ${why}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function noServer(session: Session, late: boolean): string | undefined {
  const { ended, junk, read } = session;
  const said =
    session.stderr
      .trim()
      .split('\n')
      .findLast((text) => text.trim() !== '') ?? '';
  const quoted = said === '' ? '' : `; it said: ${said.slice(0, 200)}`;
  if (ended) {
    if (ended.code === 127 || ended.code === 126) return `does not start: ${said || exitText(ended)}`;
    if (isOffline(session.stderr)) return `needs the network, which a check does not give${quoted}`;
    if (ended.code === 0) return `ended with exit code 0 before it answered initialize: a server goes away only with its client${quoted}`;
    return `ended ${exitText(ended)} before it answered initialize${quoted}`;
  }
  if (read > ENDLESS_BYTES) return `is no MCP server: it prints for ever, ${read} bytes on stdout without an answer to initialize`;
  if (!late) return undefined;
  if (/(pass(word|phrase)|token|log ?in|sign in|api.?key)/i.test(`${session.stderr} ${junk}`))
    return `waits for a password or an account${quoted || `; it said: ${junk}`}`;
  if (isOffline(session.stderr)) return `needs the network, which a check does not give${quoted}`;
  if (junk !== '') return `is no MCP server over stdio: it printed ${JSON.stringify(junk)} and no answer to initialize`;
  return `is no MCP server over stdio: no answer to initialize in ${FIRST_ANSWER_MS / 1_000} s${quoted}`;
}

function isOffline(text: string): boolean {
  return /(ENOTFOUND|EAI_AGAIN|ENETUNREACH|getaddrinfo|name resolution|Could not resolve|network is unreachable)/i.test(text);
}
