// What somebody has typed behind `check`. Modules read it from a variable of their worker, so that none of it stands in a file.
import type { Call, Target } from '../../packs/base/pack.ts';
import { UsageError } from '../base/usage-error.ts';
import { headersOf, keepHeaders } from './headers.ts';
import { keepVariables, variablesOf } from './variables.ts';

/** Where the module of a check finds its target, as JSON. */
export const TARGET_VARIABLE = 'TORNWIRE_CHECK';

export interface CheckOptions {
  call?: string;
  args?: string;
  slow?: string;
  slowArgs?: string;
  http?: string;
  port?: string;
  path?: string;
  hello?: string;
  expect?: string;
  model?: string;
  modelUrlEnv?: string;
  prompt?: string;
  set?: readonly string[];
  env?: readonly string[];
  header?: readonly string[];
  only?: readonly string[];
  save?: boolean;
  /** What no rule demands is broken too. */
  strict?: boolean;
  json?: boolean;
  junit?: string;
  sarif?: string;
  seed?: number;
  jobs?: number;
}

/** @throws UsageError for arguments that are no JSON, and for a variable or a header without a value. */
export function targetOf(command: readonly string[], cwd: string, options: CheckOptions): Target {
  const call = callOf('--call', '--args', options.call, options.args);
  const slow = callOf('--slow', '--slow-args', options.slow, options.slowArgs);
  const env = Object.fromEntries(variablesOf(options.env ?? []).map(({ name, value }) => [name, value]));
  const settings = settingsOf(options);
  const headers = headersOf(options.header ?? []);
  return {
    command,
    cwd,
    ...(call && { call }),
    ...(slow && { slow }),
    ...(Object.keys(env).length > 0 && { env }),
    ...(Object.keys(headers).length > 0 && { headers }),
    ...(Object.keys(settings).length > 0 && { settings }),
  };
}

/** A worker has its variables from its start on: this comes before the first one. @throws UsageError as `targetOf` does */
export function keepTarget(command: readonly string[], cwd: string, options: CheckOptions): void {
  keepHeaders(options.header ?? []);
  keepVariables(options.env ?? []);
  process.env[TARGET_VARIABLE] = JSON.stringify(targetOf(command, cwd, options));
}

/** Options that stand for a setting of a pack. */
const SETTINGS = {
  http: 'http',
  port: 'port',
  path: 'path',
  hello: 'hello',
  expect: 'expect',
  model: 'model',
  modelUrlEnv: 'model-url-env',
  prompt: 'prompt',
} as const satisfies Partial<Record<keyof CheckOptions, string>>;

export function settingsIn(options: CheckOptions): (readonly [name: string, value: string])[] {
  return Object.entries(SETTINGS).flatMap(([option, name]) => {
    const value = options[option as keyof typeof SETTINGS];
    return value === undefined ? [] : [[name, value] as const];
  });
}

function settingsOf(options: CheckOptions): Record<string, string> {
  const named = settingsIn(options);
  return { ...setsOf(options.set ?? []), ...Object.fromEntries(named) };
}

function callOf(option: string, argsOption: string, name: string | undefined, args: string | undefined): Call | undefined {
  if (name === undefined) {
    if (args !== undefined) throw new UsageError(`${argsOption} needs ${option}`);
    return undefined;
  }
  try {
    return { name, args: args === undefined ? {} : (JSON.parse(args) as Call['args']) };
  } catch (error) {
    throw new UsageError(`${argsOption} is no JSON: ${(error as Error).message}`);
  }
}

/** `NAME=value`, or `NAME` for the value that it has here. */
function setsOf(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((each) => {
      const at = each.indexOf('=');
      return at < 0 ? [each, process.env[each] ?? ''] : [each.slice(0, at), each.slice(at + 1)];
    }),
  );
}
