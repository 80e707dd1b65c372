// Whether a frame is the one a toxic was armed for: by its header, or by its decoded content.
import { isDeepStrictEqual } from 'node:util';
import type { FrameInfo } from '../../frames/frame.ts';
import type { FrameMatch } from '../base/fields.ts';
import type { TriggerAttributes } from '../base/trigger-fields.ts';
import type { FrameContent } from '../../frames/content.ts';

/** The whole frame must have come before it can be judged. */
export function needsContent(attributes: TriggerAttributes): boolean {
  const { match } = attributes;
  return match?.contains !== undefined || match?.json !== undefined;
}

/** What the header alone says. A message in fragments carries its type only in the first one, so with content it is judged later. */
export function headMatches(match: FrameMatch, frame: FrameInfo): boolean {
  if (match.opcode !== undefined && match.opcode !== frame.opcode) return false;
  return match.type === undefined || match.type === frame.type;
}

export function contentMatches(match: FrameMatch, frame: FrameInfo, content: Extract<FrameContent, { known: true }>): boolean {
  if (match.opcode !== undefined && match.opcode !== frame.opcode) return false;
  if (match.type !== undefined && match.type !== content.kind && match.type !== frame.type) return false;
  if (match.contains !== undefined && !content.payload.includes(match.contains)) return false;
  return match.json === undefined || jsonMatches(match.json, content.payload);
}

function jsonMatches(wanted: Readonly<Record<string, unknown>>, payload: Buffer): boolean {
  const document = parsed(payload);
  return (
    document !== undefined && Object.entries(wanted).every(([pointer, value]) => isDeepStrictEqual(valueAt(document.value, pointer), value))
  );
}

function parsed(payload: Buffer): { value: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(payload.toString());
    return { value };
  } catch {
    return undefined;
  }
}

/** Undefined where the pointer leads nowhere. */
function valueAt(document: unknown, pointer: string): unknown {
  let value: unknown = document;
  for (const step of pointer.split('/').slice(1)) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}
