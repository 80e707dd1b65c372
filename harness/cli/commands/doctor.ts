// `tornwire doctor`: what this machine has and lacks, what that means, and the cure. It changes nothing.
import { existsSync } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { behindFirstLine } from '../../model/codes/code-text.ts';
import type { MachineCode } from '../../model/codes/machine.ts';
import type { MachineFinding } from '../../model/judging/machine-finding.ts';
import { findToxiproxy } from '../../network/engines/engines.ts';
import type { engineReport } from '../../runtime/container/engine-report.ts';
import { clientVersion, INSTALL_CLIENT } from '../../runtime/container/client-package.ts';
import { BUILD_IMAGES, IMAGES } from '../../runtime/container/images/images.ts';
import { askedBy } from '../campaign/cases.ts';
import { loadScenarios, projectAt } from '../project/project.ts';
import { ENDINGS } from '../base/scenario-files.ts';
import { UsageError } from '../base/usage-error.ts';
import { crewFor } from '../worker/crew.ts';

interface Finding extends MachineFinding {
  /** Without it nothing runs; the others only make something impossible. */
  required: boolean;
  /** `tornwire explain` says more; a project's own rows have none. */
  code?: MachineCode;
}

const CHECKS: readonly (() => Promise<Finding>)[] = [
  linux,
  node,
  git,
  native,
  engine,
  engineClient,
  baseImage,
  toxiproxy,
  clocks,
  disks,
  systemCalls,
  boxes,
  locks,
  stdioChildren,
  scenarios,
  pressure,
];

export async function doctor(options: { json?: boolean }): Promise<number> {
  const [machine, project] = await Promise.all([Promise.all(CHECKS.map((check) => check())), ofProject()]);
  const findings = [...machine, ...project];
  if (options.json) process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
  else for (const finding of findings) process.stdout.write(`${lineOf(finding)}\n`);
  return findings.some((finding) => finding.required && !finding.has) ? 3 : 0;
}

function lineOf({ name, has, detail, cure, code }: Finding): string {
  if (has) return `has   ${name.padEnd(22)} ${detail}`;
  return `lacks ${name.padEnd(22)} ${behindFirstLine(detail, code)}${cure === undefined ? '' : `\n      cure: ${cure}`}`;
}

async function linux(): Promise<Finding> {
  const has = process.platform === 'linux';
  return {
    name: 'Linux',
    code: 'TW-DOCTOR-LINUX',
    has,
    required: true,
    detail: `${process.platform} ${process.arch}`,
    cure: 'the process runtime and exact splits need Linux; elsewhere run inside a Linux container or virtual machine',
  };
}

/** The launcher lets none that is too old come this far. */
async function node(): Promise<Finding> {
  return { name: 'Node', code: 'TW-DOCTOR-NODE', has: true, required: true, detail: `${process.version} at ${process.execPath}` };
}

async function clocks(): Promise<Finding> {
  const { clockLibrary } = await import('../../runtime/linux/fake-clock.ts');
  const library = clockLibrary();
  return {
    name: 'other clocks',
    code: 'TW-DOCTOR-CLOCKS',
    has: 'path' in library,
    required: false,
    detail: 'path' in library ? library.path : '--clock-speed and clock faults are impossible for processes: no libfaketime',
    cure: 'apt-get install libfaketime',
  };
}

async function systemCalls(): Promise<Finding> {
  const { untraceable } = await import('../../runtime/faults/missing-tools.ts');
  const reason = await untraceable();
  return {
    name: 'system calls',
    code: 'TW-DOCTOR-SYSTEM-CALLS',
    has: reason === undefined,
    required: false,
    detail: reason ?? 'strace may trace: faults in what the kernel answers',
    cure: 'see the reason; until then cases with a calls step are skipped and counted',
  };
}

async function disks(): Promise<Finding> {
  const { fileFaultLacks } = await import('../../runtime/ground/node-files.ts');
  const lacks = [await fileFaultLacks({ kind: 'full-disk' }), await fileFaultLacks({ kind: 'read-only' })].filter(
    (each) => each !== undefined,
  );
  return {
    name: 'disk faults',
    code: 'TW-DOCTOR-DISKS',
    has: lacks.length === 0,
    required: false,
    detail: lacks.length === 0 ? 'full disks and read-only folders' : lacks.join('; '),
    cure: 'run as root, with TMPDIR on ext4, xfs or btrfs',
  };
}

async function boxes(): Promise<Finding> {
  const { boxUnavailable } = await import('../../runtime/box/worker-box.ts');
  const reason = await boxUnavailable();
  return {
    name: 'boxes',
    code: 'TW-DOCTOR-BOXES',
    has: reason === undefined,
    required: false,
    detail: reason ?? 'namespaces of its own for each case: --isolation box',
    cure: 'see the reason; until then cases are kept apart by their loopback addresses (--isolation addresses)',
  };
}

async function locks(): Promise<Finding> {
  const { locksUnavailable } = await import('../../runtime/linux/file-lock.ts');
  const reason = locksUnavailable();
  return {
    name: 'run locks',
    code: 'TW-DOCTOR-LOCKS',
    has: reason === undefined,
    required: false,
    detail:
      reason === undefined
        ? 'a run is alive for as long as it holds the lock on its owner file'
        : `${reason}: a run is alive for as long as its process number is (the fallback), which means nothing in another PID namespace`,
    cure: 'install without --omit=optional; until then do not let runners in different PID namespaces share a temporary folder',
  };
}

async function stdioChildren(): Promise<Finding> {
  const { nativesHere } = await import('../../proxy/shim/relay.ts');
  const natives = await nativesHere();
  const missing = 'missing' in natives ? natives.missing : undefined;
  return {
    name: 'children over stdio',
    code: 'TW-DOCTOR-STDIO',
    has: missing === undefined,
    required: false,
    detail:
      missing === undefined
        ? 'a child over stdio is the child of its parent, as by hand; the relay learns its end from the kernel (PIDFD_GET_INFO)'
        : `${missing}: a process of Tornwire's stays between parent and child (the fallback), in a group of its own`,
    cure: 'Linux 6.15 or newer on x64 or arm64, and koffi (install without --omit=optional); docs/reference/children-over-stdio.md says what differs',
  };
}

async function git(): Promise<Finding> {
  const version = await output('git', ['--version']);
  return {
    name: 'git',
    code: 'TW-DOCTOR-GIT',
    has: version !== undefined,
    required: false,
    detail: version ?? 'defects cannot be applied (--defect)',
    cure: 'apt-get install git',
  };
}

async function native(): Promise<Finding> {
  const { loadKernel } = await import('../../proxy/exact/kernel.ts');
  const kernel = loadKernel();
  const missing = 'missing' in kernel ? kernel.missing : undefined;
  return {
    name: 'exact splits',
    code: 'TW-DOCTOR-EXACT-SPLITS',
    has: missing === undefined,
    required: false,
    detail: missing ?? 'the native calls load: boundary and gated splits; a close of a Unix socket is told from a half-close',
    cure: 'install without --omit=optional; until then splits are paced by time and say so, and a close of a Unix socket passes as a half-close',
  };
}

async function engine(): Promise<Finding> {
  const report = await askEngine();
  const about = { name: 'container engine', code: 'TW-DOCTOR-CONTAINER-ENGINE' as const, required: false };
  if ('missing' in report) {
    const { why, cure } = report.missing;
    return { ...about, has: false, detail: `${why}: --runtime container is impossible`, cure };
  }
  const { version, unsuitable } = report;
  return { ...about, has: unsuitable === undefined, detail: unsuitable ?? `Docker ${version}`, cure: 'use another engine' };
}

async function engineClient(): Promise<Finding> {
  const version = clientVersion();
  const detail = version === undefined ? 'testcontainers is not installed: --runtime container is impossible' : `testcontainers ${version}`;
  return {
    name: 'container client',
    code: 'TW-DOCTOR-CONTAINER-CLIENT',
    has: version !== undefined,
    required: false,
    detail,
    cure: INSTALL_CLIENT,
  };
}

async function baseImage(): Promise<Finding> {
  const report = await askEngine();
  const images = 'missing' in report ? [] : report.images;
  return {
    name: 'container images',
    code: 'TW-DOCTOR-CONTAINER-IMAGES',
    has: images.includes(IMAGES.base),
    required: false,
    detail: images.length === 0 ? 'none built' : images.join(' '),
    cure: BUILD_IMAGES,
  };
}

/** The client of the engine is loaded only here: its import takes a while. */
async function askEngine(): ReturnType<typeof engineReport> {
  const { engineReport: ask } = await import('../../runtime/container/engine-report.ts');
  return await ask();
}

async function toxiproxy(): Promise<Finding> {
  const source = await findToxiproxy('process');
  const detail =
    'missing' in source
      ? 'not found: --engine toxiproxy is impossible for processes'
      : 'binary' in source
        ? `${source.version} at ${source.binary}`
        : JSON.stringify(source);
  return {
    name: "Shopify's Toxiproxy",
    code: 'TW-DOCTOR-TOXIPROXY',
    has: !('missing' in source),
    required: false,
    detail,
    cure: 'go install github.com/Shopify/toxiproxy/v2/cmd/server@v2.12.0 and set TORNWIRE_TOXIPROXY to the binary',
  };
}

/** What the project's own scenarios say that they miss here. */
async function scenarios(): Promise<Finding> {
  const cure = 'see the reasons above; scenarios without what they need are skipped and counted';
  try {
    const project = projectAt(process.cwd());
    await using crew = crewFor(project.root, { way: 'addresses', why: 'nothing is played' });
    const loaded = await loadScenarios(project, crew);
    const answers = await askedBy(crew)(loaded, 'process');
    const reasons = answers.flatMap(({ skipped, unplayable }) => skipped?.reason ?? unplayable?.detail ?? []);
    const detail =
      reasons.length === 0
        ? `all ${loaded.length} can run`
        : `${reasons.length} of ${loaded.length} cannot run: ${[...new Set(reasons)].join('; ')}`;
    return { name: 'scenarios', code: 'TW-DOCTOR-SCENARIOS', has: reasons.length === 0, required: false, detail, cure };
  } catch (error) {
    return { name: 'scenarios', code: 'TW-DOCTOR-SCENARIOS', has: false, required: false, detail: (error as Error).message, cure };
  }
}

/** What the project itself says of this machine, if it has something to say. Its code runs in a worker, as all of the user's. */
async function ofProject(): Promise<Finding[]> {
  const failed = (detail: string): Finding[] => [
    { name: 'scenarios/doctor.ts', has: false, required: false, detail, cure: 'mend that file' },
  ];
  try {
    const project = projectAt(process.cwd());
    const files = ENDINGS.map((ending) => join(project.scenarios, `doctor.${ending}`));
    const file = files.find((each) => existsSync(each));
    if (file === undefined) return [];
    await using crew = crewFor(project.root, { way: 'addresses', why: 'nothing is played' });
    const [answer] = await crew.askAll([{ do: 'doctor', file }]);
    if (answer?.to === 'doctor') return answer.findings.map((finding) => ({ ...finding, required: false }));
    return failed(answer?.to === 'died' ? answer.how : answer?.to === 'failed' ? answer.why : 'it gave no answer');
  } catch (error) {
    // Outside a project there is nothing to ask; the check of its scenarios has said so.
    return error instanceof UsageError ? [] : failed((error as Error).message);
  }
}

async function pressure(): Promise<Finding> {
  const has = await access('/proc/pressure/cpu').then(
    () => true,
    () => false,
  );
  const detail = has ? (await readFile('/proc/pressure/cpu', 'utf8')).split('\n')[0] : 'a starved machine is told by the event loop alone';
  return {
    name: 'CPU pressure (PSI)',
    code: 'TW-DOCTOR-PRESSURE',
    has,
    required: false,
    detail: detail ?? '',
    cure: 'a kernel with CONFIG_PSI, booted with psi=1',
  };
}

async function output(program: string, words: readonly string[]): Promise<string | undefined> {
  try {
    const { execa } = await import('execa');
    const { stdout } = await execa(program, words, { timeout: 5_000 });
    return stdout.trim();
  } catch {
    return undefined;
  }
}
