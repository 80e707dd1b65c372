// The first check: is this an MCP server at all? If not, one line says what it is instead, as soon as that is clear.
import type { Script } from '../../../model/scenario.ts';
import { Broken, NotATarget } from '../../base/broken.ts';
import type { Target } from '../../base/pack.ts';
import { SERVER } from '../../base/places.ts';
import { initialize } from './messages.ts';
import { exitText, open, type Session } from './session.ts';
import { processorTicksOf } from '../../base/processor-ticks.ts';

/** Who has had no processor time for so long waits for something, in ms. A package runner or a slow language starts up meanwhile. */
const IDLE_MS = 5_000;
/** Who has said already what it waits for is believed sooner. */
const IDLE_AND_SAID_MS = 2_000;
/** However busy it is. */
const FIRST_ANSWER_MS = 30_000;
const ENDLESS_BYTES = 1_000_000;
const LOOK_MS = 50;

export function introduce(target: Target): (script: Script) => Promise<void> {
  return async (script) => {
    const session = await open(script);
    session.send(initialize('tw-init'));
    await firstAnswer(session, script, target.command.join(' '));
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

async function firstAnswer(session: Session, script: Script, command: string): Promise<void> {
  const begunMs = performance.now();
  const idle = idleTime(script);
  while (session.replies('tw-init').length === 0) {
    script.signal.throwIfAborted();
    const late = performance.now() - begunMs >= FIRST_ANSWER_MS;
    const why = noServer(session, late ? Number.POSITIVE_INFINITY : await idle(session.read));
    if (why !== undefined) {
      if (session.ended === undefined) await script.node(SERVER).kill('SIGKILL');
      throw new NotATarget(`'${command}' ${why}`);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** For how long, in ms, it has neither been seen to work nor said anything. */
function idleTime(script: Script): (read: number) => Promise<number> {
  let last = '';
  let sinceMs = performance.now();
  return async (read) => {
    const now = `${processorTicksOf(await script.node(SERVER).pids())} ${read}`;
    if (now !== last) sinceMs = performance.now();
    last = now;
    return performance.now() - sinceMs;
  };
}

function noServer(session: Session, idleMs: number): string | undefined {
  const { ended, junk, read, stderr } = session;
  const quoted = quotedFrom(stderr);
  if (ended) {
    if (ended.code === 127 || ended.code === 126) return `does not start: ${lastLineOf(stderr) || exitText(ended)}`;
    if (isOffline(stderr)) return `needs the network, which a check does not give${quoted}`;
    if (isLockedOut(stderr)) return `wants a password or an account (--env NAME=value gives a variable)${quoted}`;
    if (ended.code === 0) return `ended with exit code 0 before it answered initialize: a server goes away only with its client${quoted}`;
    return `ended ${exitText(ended)} before it answered initialize${quoted}`;
  }
  if (session.echoes) return 'is no MCP server: it sends back what it is sent';
  if (read > ENDLESS_BYTES) return `is no MCP server: it prints for ever, ${read} bytes on stdout without an answer to initialize`;
  if (idleMs < IDLE_AND_SAID_MS) return undefined;
  if (isLockedOut(`${stderr} ${junk} ${session.unfinished}`))
    return `wants a password or an account (--env NAME=value gives a variable)${quoted || `; it said: ${(junk || session.unfinished).trim().slice(0, 200)}`}`;
  if (isOffline(stderr)) return `needs the network, which a check does not give${quoted}`;
  if (idleMs < IDLE_MS) return undefined;
  if (junk !== '') return `is no MCP server over stdio: it printed ${JSON.stringify(junk)} and no answer to initialize`;
  return `is no MCP server over stdio: it waits, and has not answered initialize${quoted}`;
}

function lastLineOf(text: string): string {
  const lines = text.trim().split('\n');
  return lines.findLast((each) => each.trim() !== '') ?? '';
}

function quotedFrom(stderr: string): string {
  const said = lastLineOf(stderr);
  return said === '' ? '' : `; it said: ${said.slice(0, 200)}`;
}

function isLockedOut(text: string): boolean {
  return /(pass(word|phrase)|(?<!unexpected )\btoken\b|log ?in|sign in|api.?key|a terminal is required)/i.test(text);
}

function isOffline(text: string): boolean {
  return /(ENOTFOUND|EAI_AGAIN|ENETUNREACH|getaddrinfo|name resolution|Could not resolve|network is unreachable|dns error)/i.test(text);
}
