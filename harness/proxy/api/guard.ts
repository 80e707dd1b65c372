// Who may ask the control API. The API can make proxies to any host that this machine reaches, and tells what passes. So no
// page in somebody's browser may get through: not by a form, not by a script, and not by DNS rebinding. There the page's
// own name is made to point here, and that name stands in Host.

import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';

/** Why this request is refused, or undefined. `allowRemote`: names of other machines of a private network may stand in Host. */
export function whyRefused(request: IncomingMessage, allowRemote: boolean): string | undefined {
  const { origin, host, 'sec-fetch-site': site } = request.headers;
  if (origin !== undefined) return `a request from a web page (Origin ${quoted(origin)}) is refused; ask without a browser`;
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    return `a request from a web page (Sec-Fetch-Site ${quoted(site)}) is refused; ask without a browser`;
  // Nobody's name leads to a Unix socket, and a request of HTTP/1.0 without Host comes from no browser.
  const isUnix = request.socket.remoteAddress === undefined;
  if (isUnix || host === undefined || isTrusted(nameIn(host), allowRemote)) return undefined;
  return `Host ${quoted(host)} is refused: ask by an IP address or localhost${allowRemote ? ', or by a name without a dot' : ''}`;
}

function nameIn(host: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d*)?$/.exec(host);
  return bracketed?.[1] ?? host.replace(/:\d*$/, '').toLowerCase();
}

/**
 * A rebinding page needs a name of the public DNS. With `allowRemote` the names of containers and their hosts serve:
 * those without a dot, and `.internal`, which is no public domain (as in host.docker.internal).
 */
function isTrusted(name: string, allowRemote: boolean): boolean {
  if (isIP(name) !== 0 || name === 'localhost') return true;
  return allowRemote && (/^[a-z0-9_-]+$/.test(name) || name.endsWith('.internal') || name === hostname().toLowerCase());
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}...` : text);
}
