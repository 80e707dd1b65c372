// pg-boss, the package that keeps jobs in PostgreSQL. It is an optional peer of Tornwire: whoever sweeps on several machines installs it
// beside Tornwire. Only this file loads it. What is used of it stands here, so its types need not be there.
import { TornwireError } from '../../model/values/tornwire-error.ts';
import { EXIT } from '../../model/values/exit-code.ts';
import type { QueueAddress } from './address.ts';

const PACKAGE = 'pg-boss';
/** The one line that installs it; the major is the one of `peerDependencies`. */
export const INSTALL_BOSS = `npm install --save-dev ${PACKAGE}@12`;
const SCHEMA = 'tornwire';
const CONNECT_WITHIN_MS = 10_000;
/** How often jobs are looked through for those whose worker has gone. */
const LOOK_THROUGH_S = 1;

/** A queue that cannot be used: no package, no server, no right, or it has gone for good. */
export class QueueError extends TornwireError {
  readonly exitCode = EXIT.harness;
}

export interface BossJob {
  id: string;
  data: object;
  state: 'created' | 'retry' | 'active' | 'completed' | 'cancelled' | 'failed';
  output: object | null;
}

export interface Boss {
  createQueue(name: string, options: { retryLimit: number; heartbeatSeconds: number; expireInSeconds: number }): Promise<void>;
  deleteQueue(name: string): Promise<void>;
  getQueues(): Promise<{ name: string }[]>;
  /** Null when there is a job with that id already. */
  send(name: string, data: object, options: { id: string }): Promise<string | null>;
  fetch(name: string): Promise<{ id: string; data: object }[]>;
  findJobs(name: string, options?: { queued?: boolean; limit?: number }): Promise<BossJob[]>;
  touch(name: string, id: string): Promise<unknown>;
  /** Counts when the job is not settled yet, whoever has it by now. */
  complete(name: string, id: string, output: object, options: { includeQueued: true }): Promise<{ affected: number }>;
  deleteJob(name: string, id: string | string[]): Promise<unknown>;
  /** What is active and was not touched for too long becomes free again. */
  supervise(name: string): Promise<void>;
  stop(options: { graceful: boolean }): Promise<void>;
}

interface Startable extends Boss {
  on(event: 'error', listener: (error: Error) => void): this;
  start(): Promise<unknown>;
}

/** @throws QueueError in one line, when the package is not installed or the server does not let us in. */
export async function openBoss(address: QueueAddress): Promise<Boss> {
  const PgBoss = await loadPackage();
  const boss = new PgBoss({
    connectionString: address.url,
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    application_name: 'tornwire',
    schema: SCHEMA,
    max: 4,
    supervise: false,
    schedule: false,
    reindex: false,
    monitorVacuum: false,
    monitorIntervalSeconds: LOOK_THROUGH_S,
  });
  // Each call says by itself what became of it.
  boss.on('error', () => {});
  try {
    await boss.start();
  } catch (cause) {
    await boss.stop({ graceful: false }).catch(() => undefined);
    throw new QueueError(`the queue ${address.shown} cannot be used: ${wordsOf(cause, address)}`);
  }
  return boss;
}

async function loadPackage(): Promise<new (options: object) => Startable> {
  try {
    const { PgBoss } = (await import(PACKAGE)) as { PgBoss: new (options: object) => Startable };
    return PgBoss;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new QueueError(`${PACKAGE}, which keeps the queue in PostgreSQL, is not installed: ${INSTALL_BOSS}`);
  }
}

/** In one line, and never the password. Several addresses of one host give several errors. */
export function wordsOf(error: unknown, { hide }: QueueAddress): string {
  const { message, code, errors } = error as NodeJS.ErrnoException & { errors?: readonly Error[] };
  const text = message || errors?.map((each) => each.message).join('; ') || code || String(error);
  return hide(text.split('\n')[0] as string);
}

/** The server has gone, is just coming up or lets nobody in at the moment: the same may be asked again later. */
export function isAway(error: unknown): boolean {
  const { code = '', message = '', errors = [] } = error as { code?: string; message?: string; errors?: readonly unknown[] };
  return (
    /^(?:E[A-Z]+|57P0[123]|08\w{3}|53300)$/.test(code) ||
    /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/.test(message) ||
    errors.some(isAway)
  );
}

/** There is no such queue, or no longer: its sweep has ended. */
export function isGone(error: unknown): boolean {
  return (error as { code?: string }).code === 'PGBOSS_QUEUE_NOT_FOUND';
}
