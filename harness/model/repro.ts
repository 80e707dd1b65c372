// A saved failing case: everything needed to run it again, and what it did then.
import { z } from 'zod';
import { caseSchema } from './case.ts';
import { eventsOf, type History } from './judging/history.ts';
import { TornwireError } from './values/tornwire-error.ts';
import { EXIT } from './values/exit-code.ts';

/** Raised when a field changes its meaning. An older file is still read. A newer one is refused. */
export const REPRO_FORMAT = 1;

export const reproSchema = z.strictObject({
  format: z.literal(REPRO_FORMAT),
  case: caseSchema,
  outcome: z.enum(['pass', 'fail', 'unknown']),
  oracle: z.string(),
  message: z.string(),
  fingerprint: z.string(),
  environment: z.strictObject({
    tornwire: z.string(),
    commit: z.string().nullable(),
    node: z.string(),
    platform: z.string(),
    engines: z.array(z.string()),
  }),
  /** What the faults did, in order. A replay says where it first differs. */
  decisions: z
    .array(
      z.strictObject({
        step: z.string(),
        connection: z.int(),
        byteOffset: z.int(),
        frameIndex: z.int().nullable(),
        /** Of the byte, within that frame. */
        offsetInFrame: z.int().optional(),
      }),
    )
    .default([]),
  reproduced: z.strictObject({ times: z.int().min(0), of: z.int().min(1) }),
  savedAt: z.string(),
  command: z.string(),
});

export type Repro = z.infer<typeof reproSchema>;

export class ReproError extends TornwireError {
  readonly exitCode = EXIT.usage;
}

/** @throws ReproError in one line: not JSON, a newer format, or the first field that is wrong. */
export function parseRepro(text: string, file: string): Repro {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    // The parser quotes the text with its line ends.
    throw new ReproError(`${file} is not a repro file: ${(cause as Error).message.replaceAll(/\s+/g, ' ')}`, { cause });
  }
  const format = (value as { format?: unknown } | null)?.format;
  if (typeof format === 'number' && format > REPRO_FORMAT)
    throw new ReproError(`${file} has repro format ${format}; this tornwire reads up to ${REPRO_FORMAT}: update tornwire`);
  const parsed = reproSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const what = issue ? `${issue.path.join('.') || 'the top level'}: ${issue.message}` : 'unreadable';
  throw new ReproError(`${file} is not a repro file: ${what.replaceAll(/\s+/g, ' ')}`);
}

export type Decision = Repro['decisions'][number];

/** The hits of link faults, in the order in which they fired. */
export function decisionsIn(history: History): Decision[] {
  return eventsOf(history, 'fault').flatMap((event) => {
    if (event.state !== 'fired' || event.hit.kind !== 'link') return [];
    const { connection, byteOffset, frameIndex = null, offsetInFrame } = event.hit;
    return [{ step: event.step, connection, byteOffset, frameIndex, ...(offsetInFrame !== undefined && { offsetInFrame }) }];
  });
}

/** Where two runs of one case first differ, in words. Undefined when every fault did the same. */
export function firstDifference(saved: readonly Decision[], now: readonly Decision[]): string | undefined {
  const bySteps = (decisions: readonly Decision[]): Map<string, Decision[]> => Map.groupBy(decisions, (decision) => decision.step);
  const after = bySteps(now);
  for (const [step, before] of bySteps(saved)) {
    const again = after.get(step) ?? [];
    const index = before.findIndex((decision, i) => !samePlace(decision, again[i]));
    if (index >= 0) return `'${step}', firing ${index + 1}: ${thenAndNow(before[index] as Decision, again[index])}`;
  }
  const added = [...after].find(([step, again]) => again.length > (bySteps(saved).get(step)?.length ?? 0));
  return added ? `'${added[0]}' fired more often: ${added[1].length} times now` : undefined;
}

/**
 * Within a frame only the place in the frame counts: what came before it on the connection may be longer or shorter without
 * any meaning, such as the random port in the Host header of a handshake. Older files do not know that place.
 */
function samePlace(then: Decision, now: Decision | undefined): boolean {
  if (!now || then.connection !== now.connection || then.frameIndex !== now.frameIndex) return false;
  return knownInFrame(then, now) ? then.offsetInFrame === now.offsetInFrame : then.byteOffset === now.byteOffset;
}

function knownInFrame(...decisions: readonly Decision[]): boolean {
  return decisions.every(({ frameIndex, offsetInFrame }) => frameIndex !== null && offsetInFrame !== undefined);
}

function thenAndNow(then: Decision, now: Decision | undefined): string {
  if (!now) return `${placeOf(then, knownInFrame(then))} then, it did not fire now`;
  const inFrame = knownInFrame(then, now);
  return `${placeOf(then, inFrame)} then, ${placeOf(now, inFrame)} now`;
}

function placeOf({ connection, byteOffset, frameIndex, offsetInFrame }: Decision, inFrame: boolean): string {
  if (inFrame) return `connection ${connection}, byte ${offsetInFrame} of frame ${frameIndex}`;
  return `connection ${connection}, byte ${byteOffset}${frameIndex === null ? '' : ` in frame ${frameIndex}`}`;
}
