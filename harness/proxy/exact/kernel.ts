// The one door to native code: what exact splits need and Node does not offer. It works on Linux on x64 and arm64 only,
// over koffi's prebuilt library, which is loaded at the first use. If it does not load, the caller is told why and has to
// pace instead.

import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { descriptorsOver } from './descriptor-calls.ts';
import type { Descriptors, Kernel, Koffi } from './libc.ts';
import { standInCallsOver, type StandInCalls } from './stand-in-calls.ts';
import { kernelOver } from './system-calls.ts';

const { EAGAIN, ECONNRESET, EINTR, ENOBUFS, ENOTCONN, EPIPE } = constants.errno;
/** In-flight descriptors are limited for users without privileges; the limit eases as the peer reads. */
const ETOOMANYREFS = 109;

/** True for an error that passes when the peer reads. */
export function isBusy(result: number): boolean {
  return result === -EAGAIN || result === -EINTR || result === -ENOBUFS || result === -ETOOMANYREFS;
}

export function isPeerGone(result: number): boolean {
  return result === -EPIPE || result === -ECONNRESET || result === -ENOTCONN;
}

/** The answer of a call that found the peer gone without asking the kernel. */
export const PEER_GONE = -EPIPE;

export interface KernelMissing {
  missing: string;
}

const loaded: { kernel?: Kernel | KernelMissing; descriptors?: Descriptors | KernelMissing } = {};

/** TORNWIRE_NO_NATIVE=1 refuses the library, so that the fallback can be tried anywhere. */
export function loadKernel(): Kernel | KernelMissing {
  if (isRefused()) return REFUSED;
  loaded.kernel ??= load(kernelOver);
  return loaded.kernel;
}

export function loadDescriptors(): Descriptors | KernelMissing {
  if (isRefused()) return REFUSED;
  loaded.descriptors ??= load(descriptorsOver);
  return loaded.descriptors;
}

export function loadStandInCalls(): StandInCalls | KernelMissing {
  return load(standInCallsOver);
}

const REFUSED: KernelMissing = { missing: 'TORNWIRE_NO_NATIVE is set' };

function isRefused(): boolean {
  return process.env['TORNWIRE_NO_NATIVE'] === '1';
}

function load<T>(over: (koffi: Koffi) => T): T | KernelMissing {
  if (process.platform !== 'linux') return { missing: `platform is ${process.platform}, only Linux is supported` };
  if (process.arch !== 'x64' && process.arch !== 'arm64')
    return { missing: `architecture is ${process.arch}, only x64 and arm64 are supported` };
  try {
    return over(createRequire(import.meta.url)('koffi') as Koffi);
  } catch (error) {
    return { missing: `koffi does not load: ${(error as Error).message}` };
  }
}
