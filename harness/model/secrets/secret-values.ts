// Which values of a run are secret by what is known of it: variables whose name or value says so, and what its nodes declare.
import type { Step } from '../faults/fault.ts';
import type { Topology } from '../system/topology.ts';
import { isSecretVariable } from './names.ts';
import { looksSecret, secretsWithin } from './shapes.ts';

type Variables = Readonly<Record<string, string | undefined>>;

const LENGTH_MIN = 6;
/** A variable that names a file of secrets is none itself. */
const PATH = /^(?:\/[\w.@+-]+){2,}\/?$/;

export function secretsInVariables(variables: Variables): string[] {
  return Object.entries(variables).flatMap(([name, value = '']) => {
    if (value.length < LENGTH_MIN || PATH.test(value) || NOT_ONE.test(value)) return [];
    return isSecretVariable(name) || looksSecret(value) ? [value, ...secretsWithin(value)] : [];
  });
}

const NOT_ONE = /^(?:true|false|disabled|enabled|required|optional|\d{1,6})$/i;

/** Of the nodes' own variables, of those that the schedule sets, and whatever a node says is secret. */
export function secretsOfSystem({ nodes }: Topology, schedule: readonly Step[]): string[] {
  const set = schedule.flatMap((step) =>
    step.on === 'node' && step.fault.kind === 'environment' && step.fault.set ? secretsInVariables(step.fault.set) : [],
  );
  const own = nodes.flatMap(({ env, secrets = [] }) => [
    ...secretsInVariables(env),
    ...secrets.flatMap((name) => [env[name] ?? name, ...secretsWithin(env[name] ?? name)]),
  ]);
  // What a runtime fills in is no secret.
  return [...new Set([...set, ...own])].filter((value) => !/^\{[^}]+\}$/.test(value));
}
