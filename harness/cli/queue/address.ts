// Where the queue is: a URL of PostgreSQL. Its password goes to PostgreSQL and nowhere else.
import { redactor } from '../../model/secrets/redact.ts';
import { UsageError } from '../base/usage-error.ts';

export interface QueueAddress {
  /** Whole. For the connection, and for nobody's eyes. */
  url: string;
  /** Without the password: what is printed, and what can be typed again where PGPASSWORD or ~/.pgpass has it. */
  shown: string;
  /** What PostgreSQL or a driver says, without the password. */
  hide: (text: string) => string;
}

const SECRET_PARAMETERS = ['password', 'sslpassword'];

/**
 * Afterwards neither the title of this process nor its environment holds the URL: `ps` does not show it, and no program that is started
 * gets it.
 *
 * @throws UsageError that does not repeat what was given.
 */
export function takeQueueAddress(given: string, command: string): QueueAddress {
  process.title = `tornwire ${command} --queue`;
  delete process.env['TORNWIRE_QUEUE'];
  return queueAddress(given);
}

export function queueAddress(given: string): QueueAddress {
  const url = URL.parse(given);
  if (url === null || !/^postgres(?:ql)?:$/.test(url.protocol))
    throw new UsageError('--queue is no URL of PostgreSQL: postgres://user@host:5432/database');
  const shown = new URL(url);
  shown.password = '';
  for (const name of SECRET_PARAMETERS) shown.searchParams.delete(name);
  const raw = [url.password, ...SECRET_PARAMETERS.map((name) => url.searchParams.get(name) ?? '')];
  const secrets = [given, ...raw, ...raw.map(decoded)].filter((text) => text !== '' && text !== shown.href);
  // Short ones too, which are not looked for elsewhere.
  const whole = [...new Set(secrets)].toSorted((one, other) => other.length - one.length);
  const redact = redactor(whole);
  return { url: given, shown: shown.href, hide: (text) => redact.text(whole.reduce((left, each) => left.replaceAll(each, '***'), text)) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
