// Which way cases are kept apart here: what was asked for, and what this machine can do.
import type { Isolation, ISOLATIONS } from '../../model/isolation.ts';
import { boxUnavailable } from '../../runtime/box/worker-box.ts';
import { RuntimeError } from '../../runtime/runtime.ts';

/** @throws RuntimeError when a box was asked for and cannot be made. */
export async function isolationHere(asked: (typeof ISOLATIONS)[number]): Promise<Isolation> {
  if (asked === 'addresses') return { way: 'addresses', why: 'asked for' };
  const reason = await boxUnavailable();
  if (reason === undefined) return { way: 'box' };
  if (asked === 'box') throw new RuntimeError(`no box can be made here: ${reason}: use --isolation addresses`);
  return { way: 'addresses', why: `no box can be made here: ${reason}` };
}
