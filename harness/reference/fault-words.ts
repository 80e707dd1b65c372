// What the fields of faults mean, with units and what holds when a field is absent. A field without words does not compile.
import type { FileFault } from '../model/faults/file-fault.ts';
import type { LinkFaultKind, LinkFaultOf } from '../model/faults/link/table.ts';
import type { NodeFaultKind, NodeFaultOf } from '../model/faults/node/table.ts';

type FieldsOf<F> = F extends unknown ? Exclude<keyof F, 'kind' | 'node'> : never;
type Words<F> = Readonly<Record<FieldsOf<F> & string, string>>;

export const LINK_WORDS: { readonly [K in LinkFaultKind]: Words<LinkFaultOf<K>> } = {
  latency: { delayMs: 'ms by which each piece is late', jitterMs: 'ms that chance may add or take; 0 when absent' },
  bandwidth: { rateKBps: 'kilobytes (1,000 bytes) in a second' },
  stall: { forMs: 'ms; until the step is lifted when absent' },
  'slow-close': { delayMs: 'ms by which the end of the stream is late' },
  timeout: { afterMs: 'ms until the connection closes; 0 never closes it' },
  split: {
    every: 'bytes of each slice',
    sizes: 'bytes of the slices, one after the other',
    offsets: 'bytes from the trigger at which slices end',
    gap: 'how slices are kept apart; the best that is possible on the link when absent',
    delayUs: 'µs between slices; `paced` waits a millisecond when it is absent, 5 ms on a stdio link',
  },
  slice: { averageSize: 'bytes', sizeVariation: 'bytes by which a slice may differ; 0 when absent', delayUs: 'µs between slices' },
  coalesce: {
    untilBytes: 'bytes after which what was gathered leaves',
    frames: 'frames after which what was gathered leaves',
    withinMs: 'ms after which it leaves in any case',
  },
  'slow-reader': { rateBps: 'bytes in a second that the proxy reads' },
  cut: { how: '`fin`: both ends end; `rst`: both are reset; `half-close`: one direction ends; `blackhole`: nothing passes any more' },
  'gone-after-sending': {},
  'limit-data': { bytes: 'bytes after which the connection closes' },
  reset: { afterMs: 'ms after the first byte; 0 when absent' },
  refuse: {},
  'accept-then-close': {},
  'never-accept': {},
  'half-open': { gone: 'whose socket is closed: `client` (who dialled) or `upstream` (who listens); `upstream` when absent' },
  down: {},
  drop: {},
  duplicate: {},
  hold: { frames: 'how many later frames overtake it; until the step is lifted when absent' },
  reorder: { window: 'frames whose order is changed, from 2' },
  truncate: { toBytes: 'bytes that are left' },
  'truncate-message': { toBytes: 'bytes of the payload that are left' },
  corrupt: {
    offset: 'the byte, from 0: of the frame where one is meant, header included, or of the stream',
    mask: 'each byte is combined with it by exclusive or: 1 to 255',
    length: 'bytes that are altered; 1 when absent',
  },
  'stray-line': { line: 'the text, without its newline' },
  respond: {
    answer:
      'one of `{ status, headers, body }`, `{ close, reason }`, `{ message }`, `{ error: { code, message, data } }` with the id of the request, and `{ events, ends }`',
  },
  'split-utf8': {},
};

export const NODE_WORDS: { readonly [K in NodeFaultKind]: Words<NodeFaultOf<K>> } = {
  signal: { signal: 'its name, such as `SIGHUP`' },
  kill: { signal: '`SIGKILL` when absent' },
  pause: { forMs: 'ms; until the step is lifted when absent' },
  restart: { signal: '`SIGTERM`, within the bound in which the node must stop, or `SIGKILL`, which it is when absent' },
  environment: {
    set: 'variables and their values',
    unset: 'names of variables that are taken away',
    without: 'programs that its PATH does not lead to',
    first: 'programs that its PATH leads to first, each with its text (`#!/bin/sh` and so on)',
  },
  unread: { stream: 'which one nobody reads' },
  limit: {
    descriptors: 'open descriptors of each process',
    processes: 'processes of the whole node, each thread counts',
    memoryMiB: 'MiB of the whole node, from 6',
  },
  'network-cut': {},
  calls: {
    calls: 'names as in strace(1): `write`, the class `%file`, or `?rename` where some architectures lack a call',
    path: 'only calls about this file; `{state}` and `{tmp}` are the folders of the node',
    from: 'the n-th call, counted by each thread; 1 when absent',
    count: 'so many from there on; all when absent',
    every: 'then every so many calls; each one when absent',
    inject: 'what the kernel answers: `error` by its name, a `result` without the call, a `delay` in ms (`delayMs`), or a `signal`',
  },
};

/** What each does, and its fields. */
export const FILE_WORDS: { readonly [K in FileFault['kind']]: { does: string; fields: Words<Extract<FileFault, { kind: K }>> } } = {
  'half-line': {
    does: 'A line is there by half, without its end. The rest comes when the step is lifted.',
    fields: {
      line: 'what the harness writes; without it the last line of the file loses its end',
      keepBytes: 'bytes of the line that are there; half of it when absent',
      stays: 'true: the rest never comes',
    },
  },
  'missing-newline': {
    does: 'A whole line lacks only its newline, so what is written next is glued to it.',
    fields: { line: 'what the harness writes; without it the last line of the file', stays: 'true: the newline never comes' },
  },
  'truncated-tail': { does: 'The last bytes are gone for good, as after a power cut.', fields: { bytes: 'how many' } },
  'invalid-utf8': {
    does: 'A byte in the middle of a line is no UTF-8 (0xFF).',
    fields: { line: 'what is appended; without it the last line of the file is changed' },
  },
  'foreign-lines': {
    does: "Another writer's whole lines stand at the end of the file.",
    fields: { lines: 'the lines', inside: 'true: between the two halves of the last line' },
  },
  'read-only': {
    does: 'Nothing can be created, removed or renamed in a folder, or changed in a file, until the step is lifted.',
    fields: { deep: 'true: nor in anything below' },
  },
  'full-disk': {
    does: 'The folder is a small disk of its own from the start of the run, and full while the step is in force.',
    fields: { sizeKB: 'KiB of the disk, from 64; 1,024 when absent', freeKB: 'KiB that are left while it is full; 0 when absent' },
  },
  'stale-socket': { does: 'A socket file that nobody listens on.', fields: {} },
  'stale-file': {
    does: 'A lock or a file with a process number, as a predecessor left it.',
    fields: { content: 'its text; `{dead-pid}` in it is the number of no process' },
  },
};
