// The table "transport x fault" of the documentation. It is made by asking the code that plans, so it cannot differ from
// planning.
import type { LinkFault, LinkFaultKind, LinkStep, Trigger } from '../model/faults/fault.ts';
import type { Place } from '../model/faults/link/base/link-fault-type.ts';
import { LINK_FAULTS, LINK_FAULT_KINDS, type LinkFaultOf } from '../model/faults/link/table.ts';
import type { Framing, Transport } from '../model/system/link.ts';
import { faultToToxic } from './fault-to-toxic.ts';
import type { EngineName } from './api/engine.ts';

/** One fault of each kind, with numbers that every engine would take. */
export const SAMPLES = Object.fromEntries(LINK_FAULT_KINDS.map((kind) => [kind, LINK_FAULTS[kind].sample])) as {
  readonly [K in LinkFaultKind]: LinkFaultOf<K>;
};

export const FRAMINGS: readonly Framing[] = ['websocket', 'http', 'ndjson', 'json-lines', 'json-rpc', 'raw'];
export const TRANSPORTS: readonly Transport[] = ['tcp', 'unix', 'stdio'];

export function sampleStep(fault: LinkFault, trigger: Trigger = {}): LinkStep {
  return { id: `${fault.kind} a->b`, on: 'link', link: 'a->b', direction: 'downstream', fault, trigger, armAt: 'start', mustFire: 1 };
}

export function renderFaultTable(): string {
  const reasons: string[] = [];
  const rows = LINK_FAULT_KINDS.map((kind) => [`\`${kind}\``, ...COLUMNS.map((column) => cell(column, kind, reasons))]);
  const triggers = LINK_FAULT_KINDS.map((kind) => [
    `\`${kind}\``,
    ...TRIGGERS.map((trigger) => triggerCell(kind, trigger.trigger, reasons)),
  ]);
  const hits = LINK_FAULT_KINDS.map((kind) => [`\`${kind}\``, LINK_FAULTS[kind].hit.when, LINK_FAULTS[kind].hit.notWhen]);
  return `# Faults by transport

Generated from \`harness/model/faults/link/\`; a test fails when this file is not current
(\`npx vitest run harness/network/fault-to-toxic.test.ts -u\` writes it anew).

\`own\` is Tornwire's fault proxy, \`toxiproxy\` is Shopify's Toxiproxy 2.12. A case that asks for a cell
without "yes" is refused when it is planned, before anything is started, with the reason below.

## What each engine carries

${table(['fault', ...COLUMNS.map((column) => column.title)], rows)}

## When a fault may act

Triggers are decided inside our own proxy as the bytes pass. Toxiproxy has none: its toxics act on every
connection from the first byte. The frame columns are for a link with frames (websocket, http, lines); on a
raw link \`drop\` and \`duplicate\` need a byte, and \`corrupt\` and \`truncate\` count in the stream. On a stdio link a
fault acts on stdin upstream and on stdout downstream, or on stderr where \`stream\` says so; connection k is there
the k-th child.

${table(['fault', ...TRIGGERS.map((trigger) => trigger.title)], triggers)}

A frame trigger on a raw link, or on one that passes encrypted, is refused: ${lowerFirst(refusalOf('own', 'cut', { transport: 'tcp', framing: 'raw' }, { frame: { index: 1 } }) ?? '')}.

## When a fault has fired

A step has fired only when what a reader sees has changed. On our own proxy each row is held to its words, with the
near-miss beside it, by \`harness/proxy/hits.test.ts\`. Shopify's Toxiproxy tells of no effect: there a hit is inferred
(\`inferredFrom\`) from a connection that was set up or ended through the toxic, never where its numbers (a latency or a close of
0 ms, slices or a rate larger than its 32 KiB chunks) can have no effect.

${table(['fault', 'counts as a hit when', 'a near-miss: not when'], hits)}

## Reasons

${reasons.map((reason, index) => `${index + 1}. ${upperFirst(reason)}.`).join('\n')}
`;
}

const COLUMNS: readonly { title: string; engine: EngineName; place: Place }[] = [
  { title: 'own, tcp', engine: 'own', place: { transport: 'tcp', framing: 'websocket' } },
  { title: 'own, unix', engine: 'own', place: { transport: 'unix', framing: 'ndjson' } },
  { title: 'own, stdio', engine: 'own', place: { transport: 'stdio', framing: 'ndjson' } },
  { title: 'own, raw framing', engine: 'own', place: { transport: 'tcp', framing: 'raw' } },
  { title: 'toxiproxy, tcp', engine: 'toxiproxy', place: { transport: 'tcp', framing: 'raw' } },
  { title: 'toxiproxy, unix or stdio', engine: 'toxiproxy', place: { transport: 'unix', framing: 'raw' } },
];

const TRIGGERS: readonly { title: string; trigger: Trigger }[] = [
  { title: 'without', trigger: {} },
  { title: 'connection k', trigger: { connection: 2 } },
  { title: 'k-th after arming', trigger: { nthAfterArming: 2 } },
  { title: 'at byte', trigger: { atByte: 17 } },
  { title: 'frame n', trigger: { frame: { index: 3 } } },
  { title: 'byte in frame n', trigger: { frame: { index: 3 }, atByte: 17 } },
  { title: 'so many times', trigger: { times: 3 } },
];

function cell(column: (typeof COLUMNS)[number], kind: LinkFaultKind, reasons: string[]): string {
  return yesOr(refusalOf(column.engine, kind, column.place), reasons);
}

function triggerCell(kind: LinkFaultKind, trigger: Trigger, reasons: string[]): string {
  return yesOr(refusalOf('own', kind, { transport: 'unix', framing: 'ndjson' }, trigger), reasons);
}

function refusalOf(engine: EngineName, kind: LinkFaultKind, place: Place, trigger: Trigger = {}): string | undefined {
  const translation = faultToToxic(engine, sampleStep(SAMPLES[kind], trigger), place);
  return 'refused' in translation ? translation.refused : undefined;
}

function yesOr(refusal: string | undefined, reasons: string[]): string {
  if (refusal === undefined) return 'yes';
  if (!reasons.includes(refusal)) reasons.push(refusal);
  return `no (${reasons.indexOf(refusal) + 1})`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
