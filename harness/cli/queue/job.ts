// A case as a job, and its result. Both travel packed: what programs say may hold characters that PostgreSQL keeps out of its JSON.
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { CaseResult } from '../../model/case-result.ts';
import type { Case } from '../../model/case.ts';
import type { CaseFiles } from './case-files.ts';

const zip = promisify(gzip);
const unzip = promisify(gunzip);

/** What a queue holds of a case. All but `plan` is there for whoever looks into the queue. */
export interface CaseJob {
  tornwire: string;
  /** The workload's name, and the path of its file from the project's root. */
  workload: string;
  file: string;
  /** Of the project's sources. */
  sources: string;
  seed: number;
  defect: string | null;
  plan: string;
}

export interface CaseAnswer {
  /** Whose: host and process. */
  worker: string;
  packed: string;
}

/** Of a packed answer. */
export interface Answered {
  result: Omit<CaseResult, 'folder'>;
  shown: readonly string[];
  files: CaseFiles;
}

const PREFIX = 'tornwire.';

/** Jobs of one workload with the same sources: a worker sees by the name whether it may take them. */
export const queuesOf = (sources: string): string => `${PREFIX}${sources}.`;
/** One queue a sweep. */
export const queueOf = (sources: string, sweep: string): string => `${queuesOf(sources)}${digest(sweep).slice(0, 12)}`;
export const isQueue = (name: string): boolean => name.startsWith(PREFIX);

/** The same case of the same sweep has the same id, so it is in the queue once, however often it is put there. */
export function jobId(sweep: string, key: string, alone: boolean): string {
  const hex = digest(`${sweep}\n${key}\n${alone}`);
  // Shaped as a UUID of version 8, which is free to be anything.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A case without what the worker's own workload says of it: its secrets stay where they are. */
export type CasePlan = Pick<Case, 'seed' | 'schedule' | 'parameters'>;

export async function packed(value: CasePlan | Answered): Promise<string> {
  return (await zip(JSON.stringify(value))).toString('base64');
}

/** @throws when it is not what `packed` has made. */
export async function unpacked<T extends CasePlan | Answered>(text: string): Promise<T> {
  return JSON.parse((await unzip(Buffer.from(text, 'base64'))).toString('utf8')) as T;
}
