// The agent as a child of the script, and the model that it asks, as the system of a scenario.
import { programFile } from '../../../model/values/program-file.ts';
import type { System } from '../../../model/scenario.ts';
import type { Node } from '../../../model/system/topology.ts';
import { PackUsageError } from '../../base/broken.ts';
import type { Target } from '../../base/pack.ts';
import { SERVER } from '../../base/places.ts';
import { CHILD, stdioTarget } from '../../base/stdio-target.ts';

export { CHILD, SERVER };

/** In a command and in variables `{agent->model.host}` and `{agent->model.port}` lead to it. */
export const MODEL_LINK = 'agent->model';
const MODEL_URL = `http://{${MODEL_LINK}.host}:{${MODEL_LINK}.port}`;
const MODEL_PORT = 7_700;
/** From SIGTERM, or from the end of its parent, to the end of its last process. */
const STOP_WITHIN_MS = 6_000;

/** What agents read to learn where their model is. `none`: a key must be there, and is not looked at. */
const APIS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  openai: { OPENAI_BASE_URL: `${MODEL_URL}/v1`, OPENAI_API_KEY: 'none' },
  anthropic: { ANTHROPIC_BASE_URL: MODEL_URL, ANTHROPIC_API_KEY: 'none' },
};

/** @throws PackUsageError for an API that is not known. */
export function hasModel({ settings = {} }: Target): boolean {
  const { model } = settings;
  if (model !== undefined && !Object.hasOwn(APIS, model))
    throw new PackUsageError(`--model ${model}: the model speaks ${Object.keys(APIS).join(' and ')}`);
  return model !== undefined || settings['model-url-env'] !== undefined;
}

/** Its PATH leads to language runtimes alone: a script behind `#!/usr/bin/env node` starts, and whatever it starts itself does not. */
const WITHOUT_TOOLS = [
  '/bin/sh',
  '-c',
  'mkdir -p bin; for each in node bun deno python3 ruby java; do at=$(command -v $each) && ln -sf "$at" bin/$each; done; ' +
    'bin=$PWD/bin; cd "$0" && at=$(command -v "$1") || exit 127; shift; PATH=$bin exec "$at" "$@"',
];

interface Making {
  /** How long the answer of the model is: 400. */
  answerBytes?: number | undefined;
  withoutTools?: boolean | undefined;
  /** Asked to end by a signal, it may do so with any exit code. */
  anyCode?: boolean | undefined;
}

export function agentSystem(target: Target, { answerBytes = 400, withoutTools = false, anyCode = false }: Making = {}): System {
  const system = stdioTarget(target, 'json-lines', anyCode ? { exits: 'any code' } : {});
  const [agent] = system.topology.nodes;
  const withModel = hasModel(target);
  const { settings = {} } = target;
  const name = settings['model-url-env'];
  const env = {
    ...(withModel && settings['model'] !== undefined && APIS[settings['model']]),
    ...(name !== undefined && { [name]: `${MODEL_URL}/v1` }),
    ...agent?.env,
    // Sessions and settings of an agent stay in its HOME: here that is the node's own folder, which nobody judges.
    HOME: target.env?.['HOME'] ?? '{state}',
  };
  const command = withoutTools ? [...WITHOUT_TOOLS, target.cwd, ...target.command] : (agent?.command ?? []);
  const node: Node = { ...(agent as Node), command, env, stopWithinMs: STOP_WITHIN_MS };
  const model: Node = {
    name: 'model',
    role: 'model',
    command: ['{node}', programFile(import.meta.url, '../model/main.ts'), '{listen.http.host}', '{listen.http.port}', String(answerBytes)],
    env: {},
    listens: { http: { transport: 'tcp', port: MODEL_PORT } },
    ready: { when: 'listening', listener: 'http' },
    readyWithinMs: 15_000,
    stopWithinMs: 3_000,
  };
  return {
    ...system,
    name: 'your agent',
    topology: {
      nodes: withModel ? [node, model] : [node],
      links: withModel
        ? [...system.topology.links, { name: MODEL_LINK, from: SERVER, to: 'model', listener: 'http', framing: 'http' }]
        : system.topology.links,
    },
  };
}
