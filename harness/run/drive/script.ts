// Every word that a scenario can say. Each word leaves its events in the history.
import { childOn } from './script-child.ts';
import type { NodeControl, Script } from '../../model/scenario.ts';
import { chance } from '../../model/values/seed.ts';
import { pathPartOf } from '../../model/values/path-part.ts';
import { linkNamed, transportOf } from '../../model/system/topology.ts';
import { atSpeed } from '../../model/faults/clock-speed.ts';
import { milliseconds } from '../../model/time/duration.ts';
import { runCycles } from './cycles.ts';
import { heldOn } from './held.ts';
import { lastFirings } from './on-their-way.ts';
import { operationsOn } from './operations.ts';
import type { Stage } from './stage.ts';
import { waitsOn } from './waits.ts';

export function scriptOn(stage: Stage, defer: (undo: () => void | Promise<void>) => void): Script {
  const { ground, faults, plan, given } = stage;
  const waits = waitsOn(stage);

  return {
    dial: (link) => ground.dial(linkNamed(plan.topology, link)),
    link: (name) => {
      const link = linkNamed(plan.topology, name);
      return { ...link, transport: transportOf(plan.topology, link) };
    },
    direct: (node, listener) => ground.direct(node, listener),
    node: (name) => controlOf(name, stage),
    child: (link) => childOn(link, stage, defer),
    operation: operationsOn(stage),
    ...waits,
    mark: (name) => faults.pass(name),
    lift: (step) => faults.lift(step),
    due: (within, steps) => lastFirings(stage, atSpeed(milliseconds(within), plan.clockSpeed), steps),
    liftAll: () => faults.liftAll(),
    held: heldOn(stage),
    inject: (fault) => faults.inject(fault),
    cycles: (series, round, options) => runCycles(stage, series, round, options),
    chance: (...about) => chance(given.seed, ...about),
    runName: ground.runId,
    caseName: pathPartOf(given.scenario),
    signal: stage.signal,
    defer,
  };
}

function controlOf(name: string, stage: Stage): NodeControl {
  const { system, recorder } = stage;
  return {
    name,
    get running() {
      return system.node(name) !== undefined;
    },
    kill: (signal = 'SIGKILL', to) => {
      if (signal === 'SIGKILL' || signal === 'SIGTERM' || signal === 'SIGINT') system.expectExit(name);
      else system.expectExit(name, signal);
      return system.end(name, signal, to);
    },
    stop: () => system.end(name, 'stop'),
    start: () => system.start(name),
    async type(text) {
      const node = system.node(name);
      if (node === undefined) throw new Error(`node '${name}' does not run, so nobody can type at its terminal`);
      if (node.type === undefined) throw new Error(`node '${name}' has no terminal: give it tty: true in the topology`);
      node.type(text);
    },
    pids: async () => (await system.node(name)?.pids()) ?? [],
    async pause() {
      await system.node(name)?.pause();
      recorder.record({ kind: 'node', node: name, state: 'paused' });
    },
    async resume() {
      await system.node(name)?.resume();
      recorder.record({ kind: 'node', node: name, state: 'resumed' });
    },
  };
}
