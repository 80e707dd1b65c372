// One container through the engine's client: how it is made, attached, started again and ended.
import { totalmem } from 'node:os';
import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { ContainerRuntimeClient } from 'testcontainers';
import { call, tolerating, unlessEnded } from './engine-call.ts';
import { exitOfStatus } from './exit-status.ts';
import type { LogLines, LogStream } from '../logs/log-lines.ts';
import { settlesWithin } from '../linux/poll.ts';
import { baseFolder } from '../ground/run-folder.ts';
import type { NodeExit } from '../runtime.ts';

type DockerContainer = Awaited<ReturnType<ContainerRuntimeClient['container']['create']>>;
type CreateOptions = Parameters<ContainerRuntimeClient['container']['create']>[0];

export interface ContainerPlan {
  /** Unique on the engine. */
  name: string;
  runId: string;
  /** The node's or program's name: host name, label. */
  hostname: string;
  image: string;
  command: readonly string[];
  env: Readonly<Record<string, string>>;
  workingFolder: string;
  network: { name: string; address: string; aliases: readonly string[] };
  /** Names that must resolve whether their container runs or not. */
  hosts: Readonly<Record<string, string>>;
  mounts: readonly Mount[];
}

export interface Mount {
  source: string;
  target: string;
  readOnly: boolean;
}

export interface Container {
  readonly name: string;
  /** Starts it, for the first time or again, with its output going to the log from the first byte on. */
  start(log: LogLines): Promise<StartedContainer>;
  remove(): Promise<void>;
}

export interface StartedContainer {
  /** The init process as the machine numbers it; it waits for the program, which is its child. */
  readonly initPid: number;
  readonly ended: boolean;
  /** Without code and signal when the engine was lost meanwhile. */
  readonly exited: Promise<NodeExit>;
  /** To the program's process group. */
  signal(signal: NodeJS.Signals): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** All process ids in it, the init process first. */
  top(): Promise<number[]>;
  /** Stops reading this stream; gives the way to read on. */
  stopReading(stream: LogStream): () => void;
  /** Reads everything again: the engine is slow to tell of an end while output waits to be read. */
  readOn(): void;
  /** At most so much for all that is in it; without a number as much as there is. */
  limit(limits: { processes?: number | undefined; memoryBytes?: number | undefined }): Promise<void>;
  /** Whether the kernel ended it for the memory it took. */
  ranOutOfMemory(): Promise<boolean>;
}

export const RUN_LABEL = 'tornwire.run';
/** The folder that holds the folders of all runs: what carries it and has no folder there any more belongs to nobody. */
export const BASE_LABEL = 'tornwire.base';
const NODE_LABEL = 'tornwire.node';
const DRAIN_WITHIN_MS = 500;
const UNLIMITED = -1;
/**
 * A container that has stopped is a machine that has gone: nobody answers for its address, and by default the kernel
 * believes an old answer for half a minute and asks for three seconds more before it says EHOSTUNREACH. With these a
 * dialler hears it within a tenth of a second, or after its second SYN (1 s) when it had talked to that address just
 * before (arp(7); the names are those of net.ipv4.neigh).
 */
export const NEIGHBOURS: Readonly<Record<string, string>> = {
  retrans_time_ms: '20',
  base_reachable_time_ms: '50',
  delay_first_probe_time: '0',
};

export function createOptions(plan: ContainerPlan, version: string): CreateOptions {
  const { network } = plan;
  const perEndpoint = setsEndpoints(version);
  return {
    name: plan.name,
    Image: plan.image,
    Hostname: plan.hostname,
    Entrypoint: [],
    Cmd: [...plan.command],
    // The init process signals the program's whole group, as the process runtime does (tini 0.19, option -g).
    Env: [...Object.entries(plan.env).map(([name, value]) => `${name}=${value}`), 'TINI_KILL_PROCESS_GROUP=1'],
    WorkingDir: plan.workingFolder,
    ...harnessUser(),
    Labels: { [RUN_LABEL]: plan.runId, [BASE_LABEL]: baseFolder(), [NODE_LABEL]: plan.hostname },
    // Its stdin is held by the harness and closed with it.
    OpenStdin: true,
    StdinOnce: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    HostConfig: {
      NetworkMode: network.name,
      // Reaps what is orphaned, as the machine's init does for processes.
      Init: true,
      ExtraHosts: Object.entries(plan.hosts).map(([name, address]) => `${name}:${address}`),
      // Names that nobody has are given up soon: there is no outside to ask.
      DnsOptions: ['timeout:1', 'attempts:1'],
      LogConfig: { Type: 'none', Config: {} },
      Mounts: plan.mounts.map(({ source, target, readOnly }) => ({ Type: 'bind', Source: source, Target: target, ReadOnly: readOnly })),
      ...(perEndpoint ? {} : { Sysctls: interfaceSettings('eth0') }),
    },
    NetworkingConfig: {
      EndpointsConfig: {
        [network.name]: {
          Aliases: [...network.aliases],
          IPAMConfig: { IPv4Address: network.address },
          ...endpointSettings(version),
        },
      },
    },
  };
}

/** Settings of one interface moved from the container to its endpoint with API 1.46. */
function setsEndpoints(version: string): boolean {
  return apiAtLeast(version, 1, 46);
}

export function endpointSettings(version: string): { DriverOpts?: Record<string, string> } {
  if (!setsEndpoints(version)) return {};
  const settings = Object.entries(NEIGHBOURS).map(([name, value]) => `net.ipv4.neigh.IFNAME.${name}=${value}`);
  return { DriverOpts: { 'com.docker.network.endpoint.sysctls': settings.join(',') } };
}

function interfaceSettings(name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(NEIGHBOURS).map(([setting, value]) => [`net.ipv4.neigh.${name}.${setting}`, value]));
}

/** Files in the shared folders shall belong to who runs the harness. */
function harnessUser(): { User?: string } {
  const user = process.getuid?.() ?? 0;
  return user === 0 ? {} : { User: `${user}:${process.getgid?.() ?? user}` };
}

function apiAtLeast(version: string, major: number, minor: number): boolean {
  const [haveMajor = 0, haveMinor = 0] = version.split('.').map(Number);
  return haveMajor > major || (haveMajor === major && haveMinor >= minor);
}

type Demux = (stream: NodeJS.ReadWriteStream, out: NodeJS.WritableStream, err: NodeJS.WritableStream) => void;

export function ourContainer(name: string, container: DockerContainer, demux: Demux): Container {
  return {
    name,
    async start(log) {
      // Attached before it starts: no line is missed and its stdin is open from the beginning. Each stream has a
      // connection of its own, so that one can be left unread without the other.
      const attach = async (stream: LogStream, stdin: boolean): Promise<NodeJS.ReadWriteStream> => {
        const attached = await call(`attach to ${name}`, () =>
          container.attach({ stream: true, hijack: true, stdin, stdout: stream === 'stdout', stderr: stream === 'stderr' }),
        );
        demux(attached, into(log, stream), into(log, stream));
        return attached;
      };
      const [stdout, stderr] = await Promise.all([attach('stdout', true), attach('stderr', false)]);
      const drained = Promise.all([drain(stdout, 'stdout', log), drain(stderr, 'stderr', log)]);
      try {
        await call(`start ${name}`, () => container.start());
      } catch (error) {
        stdout.end();
        stderr.end();
        throw error;
      }
      const { State: state } = await call(`inspect ${name}`, () => container.inspect());
      return startedContainer(name, container, state.Pid, { stdout, stderr }, drained);
    },
    remove: () => removeContainer(container, name),
  };
}

async function drain(attached: NodeJS.ReadWriteStream, stream: LogStream, log: LogLines): Promise<void> {
  await finished(attached, { writable: false }).catch(() => undefined);
  log.end(stream);
}

function startedContainer(
  name: string,
  container: DockerContainer,
  initPid: number,
  output: Readonly<Record<LogStream, NodeJS.ReadWriteStream>>,
  drained: Promise<unknown>,
): StartedContainer {
  let ended = false;
  const readOn = (): void => {
    for (const stream of Object.values(output)) stream.resume();
  };
  const exited = howItEnds(container).then(async (exit) => {
    ended = true;
    readOn();
    await settlesWithin(drained, DRAIN_WITHIN_MS);
    return exit;
  });
  return {
    initPid,
    get ended() {
      return ended;
    },
    exited,
    signal: (signal) => unlessEnded(`signal ${name}`, () => container.kill({ signal })),
    ...pausing(name, container),
    async top() {
      const tables: { Processes: string[][] }[] = [];
      await unlessEnded(`list processes of ${name}`, async () => tables.push(await container.top({ ps_args: '-eo pid' })));
      return tables.flatMap(({ Processes: rows }) => rows.map(([pid]) => Number(pid)));
    },
    stopReading(stream) {
      output[stream].pause();
      return () => void output[stream].resume();
    },
    readOn,
    async limit({ processes = UNLIMITED, memoryBytes = totalmem() }) {
      // The bound on memory and swap together follows that on memory: no swap beside it.
      const limits = { PidsLimit: processes, Memory: memoryBytes, MemorySwap: memoryBytes };
      await unlessEnded(`limit ${name}`, () => container.update(limits));
    },
    async ranOutOfMemory() {
      const { State: state } = await call(`inspect ${name}`, () => container.inspect());
      return state.OOMKilled;
    },
  };
}

function howItEnds(container: DockerContainer): Promise<NodeExit> {
  return container.wait().then(
    (result: { StatusCode: number }) => exitOfStatus(result.StatusCode),
    (): NodeExit => ({ code: null, signal: null }),
  );
}

function pausing(name: string, container: DockerContainer): Pick<StartedContainer, 'pause' | 'resume'> {
  let paused = false;
  return {
    async pause() {
      await unlessEnded(`pause ${name}`, () => container.pause());
      paused = true;
    },
    async resume() {
      // Engines call it a server error to resume what was not paused.
      if (!paused) return;
      await unlessEnded(`resume ${name}`, () => container.unpause());
      paused = false;
    },
  };
}

function into(log: LogLines, stream: LogStream): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      log.write(stream, chunk);
      done();
    },
  });
}

export async function removeContainer(container: Pick<DockerContainer, 'remove'>, name: string): Promise<void> {
  // 404: somebody was faster; 409: somebody is just removing it.
  await tolerating([404, 409], () => call(`remove container ${name}`, () => container.remove({ force: true, v: true })));
}
