// A pack is a function from a target (a command that somebody types) to checks. A check is a scenario with its wording, so
// it is planned, played and judged like any other scenario.
import type { CheckWording } from '../../model/check.ts';
import { defineScenario, type Scenario, type ScenarioSettings } from '../../model/scenario.ts';
import type { Json } from '../../model/values/json.ts';

/** What is checked. Plain data: `--save` writes it into a file. */
export interface Target {
  /** The program and its arguments, as typed. */
  command: readonly string[];
  /** Absolute: where the command is started. */
  cwd: string;
  /** Variables of the program beside PATH, HOME and TMPDIR. Its HOME is an empty folder unless HOME is among them. */
  env?: Readonly<Record<string, string>>;
  /** A request that may be made, because its user has named it. Nothing that could change things is called otherwise. */
  call?: Call;
  /** A request that takes at least some seconds. */
  slow?: Call;
  /** Of a server over HTTP: what each request bears, by name. Their values are secrets of its node. */
  headers?: Readonly<Record<string, string>>;
  /** What only this pack knows: `--port`, `--path`, `--hello`, `--expect`, and any other by `--set name=value`. */
  settings?: Readonly<Record<string, string>>;
}

export interface Call {
  name: string;
  args: Json;
}

/** A scenario whose `check` is its wording. */
export type Check = Scenario & { check: CheckWording };
export type Checks = Readonly<Record<string, Check>>;

export interface Pack {
  name: string;
  /** One line for `tornwire check --list`. */
  description: string;
  /** The names of the target's `settings` that it reads; none when absent. */
  settings?: readonly string[];
  /**
   * By key: a short name of lower-case letters and dashes. The first one is the handshake: when it throws NotATarget, the target
   * is none for this pack, and nothing else is begun. @throws PackUsageError for a target that lacks something.
   */
  checks(target: Target): Checks;
}

export const definePack = (pack: Pack): Pack => pack;

/** @param settings a scenario's, and `check`, its wording */
export function defineCheck<Clients extends object>(settings: ScenarioSettings<Clients> & { check: CheckWording }): Check {
  const scenario = defineScenario(settings);
  return { ...(scenario as unknown as Scenario), check: settings.check };
}
