// The two sockets of a proxied connection, the accepted one and the dialled one. Both read through an intake. Node's server
// cannot be told to read into our buffer, so the handle of the accepted socket is taken over into a socket of ours.

import { Socket, connect } from 'node:net';
import type { SocketConstructorOpts } from 'node:net';
import type { Address } from './address.ts';
import type { Intake } from './intake.ts';

/** `accepted` must not have been read from (the server has `pauseOnConnect`). The new socket is paused as well. */
export function takeOver(accepted: Socket, intake: Intake): Socket {
  const holder = accepted as unknown as { _handle: unknown };
  const handle = holder._handle;
  holder._handle = null;
  // The empty shell is destroyed so that its server does not count it as open.
  accepted.destroy();
  const options = { handle, onread: intake.onread, allowHalfOpen: true, pauseOnCreate: true, readable: true, writable: true };
  return new Socket(options as SocketConstructorOpts);
}

export function dial(address: Address, intake: Intake): Socket {
  const common = { onread: intake.onread, allowHalfOpen: true };
  if (address.transport === 'unix') return connect({ ...common, path: address.path });
  return connect({ ...common, host: address.host === '' ? 'localhost' : address.host, port: address.port, noDelay: true });
}
