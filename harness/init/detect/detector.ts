// What a detector is: it looks at a folder and says what it would start, or nothing.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { TornwireError } from '../../model/values/tornwire-error.ts';
import { EXIT } from '../../model/values/exit-code.ts';
import type { FoundNodes } from '../base/found.ts';

export interface Place {
  /** Absolute. */
  folder: string;
  /** What its .env file says. */
  env: Readonly<Record<string, string>>;
}

/** @returns undefined when nothing of its kind is there. @throws FindError for a file that cannot be read. */
export type Detector = (place: Place) => FoundNodes | undefined;

export class FindError extends TornwireError {
  readonly exitCode = EXIT.usage;
}

export function placeAt(folder: string): Place {
  return { folder, env: { ...parseEnv(readText(folder, '.env') ?? '') } as Record<string, string> };
}

export function readText(folder: string, file: string): string | undefined {
  return existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8') : undefined;
}

/** @throws FindError with the place in the file, in one line. */
export function parsed<T>(file: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new FindError(`${file} cannot be read: ${(error as Error).message.trim().replaceAll(/\s*\n\s*/g, ' ')}`);
  }
}

/** Plain data of a file, whose shape nobody has checked. */
export function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** A single value as text; anything else is none. */
export function scalar(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
