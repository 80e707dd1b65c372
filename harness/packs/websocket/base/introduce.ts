// The first check: does the command listen, and is it a WebSocket server there? If not, one line says what it is instead.
import type { Script } from '../../../model/scenario.ts';
import { Broken, NotATarget } from '../../base/broken.ts';
import type { Target } from '../../base/pack.ts';
import { seenWithin, untilItListens } from '../../base/until-it-listens.ts';
import { acceptOf, dial, firstLine, fits, messagesIn, pinged, type Client } from './client.ts';
import { OPCODE } from './frame.ts';
import { serviceOf, type Service } from './service.ts';

const ANSWERS_WITHIN_MS = 6_000;

export function introduce(target: Target): (script: Script) => Promise<void> {
  return async (script) => {
    const service = serviceOf(target);
    const command = `'${target.command.join(' ')}'`;
    await untilItListens(script, service.port, command, (port) => `--port ${port}`);
    const client = dial(script, service);
    await seenWithin(ANSWERS_WITHIN_MS, () => client.isOpen || client.ended !== undefined);
    const why = noWebSocket(client, service);
    if (why !== undefined) throw new NotATarget(`${command} ${why}`);
    const accept = /^sec-websocket-accept:\s*(\S+)/im.exec(client.head)?.[1];
    if (accept !== acceptOf(client.key))
      throw new Broken('WRONG ANSWER', `your server answered the key ${client.key} with ${accept ?? 'no Sec-WebSocket-Accept'}`);
    await isGreeted(client, service, command);
    await pinged(script, client);
  };
}

function noWebSocket({ head, isOpen, ended }: Client, { path }: Service): string | undefined {
  const asked = `an upgrade of ${path}`;
  const [, status] = /^HTTP\/1\.[01] (\d{3})/.exec(head) ?? [];
  if (status === '101' && isOpen) return undefined;
  if (status !== undefined) {
    const hint = /^40[13]$/.test(status)
      ? 'it wants to know who asks: put what it needs into --path'
      : '--path says where the WebSocket is';
    return `answered ${asked} with '${firstLine(head)}': ${hint}`;
  }
  if (head !== '') return `is no WebSocket server: it answered ${asked} with ${JSON.stringify(firstLine(head))}`;
  if (ended !== undefined) return `is no WebSocket server: it ended the connection (${ended}) after ${asked}`;
  return `is no WebSocket server: no answer to ${asked} in ${ANSWERS_WITHIN_MS / 1_000} s`;
}

async function isGreeted(client: Client, service: Service, command: string): Promise<void> {
  const { hello, expects } = service;
  if (hello !== undefined) client.send(OPCODE.text, { payload: hello });
  if (hello === undefined && !expects) return;
  const isMet = await seenWithin(ANSWERS_WITHIN_MS, () => fits(client, service) || client.ended !== undefined);
  if (isMet && client.ended === undefined) return;
  const said = messagesIn(client.frames).at(-1)?.slice(0, 200);
  const instead = client.ended ? `ended the connection (${client.ended})` : said === undefined ? 'said nothing' : `said ${said}`;
  throw new NotATarget(`${command} ${instead} where ${expects ? 'a message that fits --expect' : 'an answer to --hello'} was awaited`);
}
