// What a program may leave behind, and how a shell of a run becomes it.
import { dirname, isAbsolute } from 'node:path';
import type { Node } from '../../model/system/topology.ts';
import type { Target } from './pack.ts';

/** The node that is checked. */
export const SERVER = 'server';

/**
 * Where the XDG Base Directory Specification wants what is to stay, and where npm keeps its cache. Older programs have a dotfile, or a
 * folder of that kind, of a name that is the same each time: one with digits in it is most often made anew by each process.
 */
const FOLDERS = ['.cache', '.config', '.local/share', '.local/state', '.npm'].map((folder) => `{home}/${folder}/**`);
const MAY_LEAVE = [...FOLDERS, '{home}/.!(*[0-9]*)', '{home}/.!(*[0-9]*)/**'];

/** What it lacks compared with the shell in which its user typed the command. */
export interface Lack {
  /** Said by the shell that becomes the program, in the folder of its own that the run keeps for it. */
  before?: string;
  /** Instead of an empty HOME. */
  env?: Readonly<Record<string, string>>;
  /** Ways to end that are no crash: see `exits` of a node. */
  exits?: Node['exits'];
}

/** What is the same of the node that is checked, however it is spoken to. `start`: what is done before the shell becomes the command. */
export function serverNode(
  target: Target,
  { env = { HOME: '{home}' }, exits }: Lack,
  start?: string,
): Pick<Node, 'name' | 'role' | 'command' | 'env' | 'exits' | 'secrets' | 'warnings' | 'mayLeave'> {
  const secrets = Object.values(target.headers ?? {}).flatMap(secretsInHeader);
  return {
    name: SERVER,
    role: SERVER,
    command: becoming(target, start),
    env: { ...env, ...target.env },
    ...(exits !== undefined && { exits }),
    ...(secrets.length > 0 && { secrets }),
    // A warning of a language runtime is nobody's requirement.
    warnings: 'ignored',
    mayLeave: mayLeave(target),
  };
}

/** The value, and of `Bearer …` what stands behind the scheme. */
function secretsInHeader(value: string): string[] {
  const credentials = /^\S+\s+(\S+)$/.exec(value)?.[1];
  return [...(value === '' ? [] : [value]), ...(credentials === undefined ? [] : [credentials])];
}

/** Does what is to be done before, changes the folder and becomes the command: the node's own folder is another one. */
function becoming({ cwd, command }: Target, before?: string): readonly string[] {
  return ['/bin/sh', '-c', `${before === undefined ? '' : `${before}\n`}cd "$0" && exec "$@"`, cwd, ...command];
}

/**
 * In a box the folders for temporary files are watched, and programs may lie there: what Python compiles at the first start, and what
 * is written in the folder where the command is typed or where its program lies, is no litter of a session.
 */
function mayLeave({ cwd, command }: Target): readonly string[] {
  const programs = command.filter((word) => isAbsolute(word)).map((word) => dirname(dirname(word)));
  const folders = [cwd, ...programs].filter((folder) => folder.split('/').filter(Boolean).length > 1);
  return [...MAY_LEAVE, '/**/__pycache__/**', ...new Set(folders.map((folder) => `${folder}/**`))];
}
