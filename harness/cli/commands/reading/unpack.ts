// `tornwire unpack <archive>`, and what `tornwire repro <archive>` does before it replays: the sources and the repro of an archive in a
// folder of its own, and what this machine lacks to play them.
import { accessSync, constants, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import { EXIT } from '../../../model/values/exit-code.ts';
import { shellWord } from '../../../model/values/shell-word.ts';
import { oneLine } from '../../../report/plain.ts';
import { RESULT_MODE } from '../../../results/atomic-file.ts';
import { RuntimeError } from '../../../runtime/runtime.ts';
import { MANIFEST, unpacked, type PackManifest, type UnpackedPack } from '../../archive/pack-file.ts';
import { VERSION } from '../../base/version.ts';
import { UsageError } from '../../base/usage-error.ts';
import { seenFromHere } from '../../project/found.ts';

export async function unpack(file: string, options: { into?: string; json?: boolean }): Promise<number> {
  const pack = await unpacked(resolve(file));
  const folder = written(pack, options.into ?? folderFor(file));
  const lacks = lackingHere(pack.manifest, folder);
  if (options.json)
    process.stdout.write(`${JSON.stringify({ version: 1, folder: seenFromHere(folder), lacks, manifest: pack.manifest }, null, 2)}\n`);
  else {
    const { scenario, message, tornwire, node } = pack.manifest;
    const lines = [
      `${seenFromHere(folder)}: ${pack.files.size} files of ${scenario}, by tornwire ${tornwire} on Node ${node}`,
      `  ${oneLine(message, 300)}`,
      ...lacks.map((what) => `lacks here: ${oneLine(what)}`),
      `replay: cd ${shellWord(join(seenFromHere(folder), 'project'))} && npx tornwire repro ../repro.json`,
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
  }
  return EXIT.pass;
}

/**
 * Unpacks an archive for its replay. @returns the folder of its project and the file of its repro
 * @throws UsageError without `trust`: what is in it runs with the rights of whoever replays it; RuntimeError naming all that is lacking
 */
export async function unpackForReplay(file: string, trust: boolean): Promise<{ project: string; repro: string }> {
  const pack = await unpacked(resolve(file));
  if (!trust)
    throw new UsageError(
      `${file} is code: its scenario, adapter and programs run with your rights. Look at them with tornwire unpack; if you want them run, say --trust`,
    );
  const folder = written(pack, folderFor(file));
  const lacks = lackingHere(pack.manifest, folder);
  if (lacks.length > 0) throw new RuntimeError(`${file} cannot be replayed here: ${lacks.map((what) => oneLine(what)).join('; ')}`);
  return { project: join(folder, 'project'), repro: join(folder, 'repro.json') };
}

function folderFor(file: string): string {
  return basename(file).replace(/(\.tornwire)?\.(tar\.gz|tgz)$/, '');
}

/** An empty or new folder; one of the same archive is written over. @throws UsageError */
function written({ manifest, files }: UnpackedPack, into: string): string {
  const folder = resolve(into);
  const isOurs = existsSync(join(folder, MANIFEST));
  if (existsSync(folder) && !isOurs && readdirSync(folder).length > 0)
    throw new UsageError(`${seenFromHere(folder)} is there and not empty: name another folder with --into`);
  const all = [...files, [MANIFEST, Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)] as const];
  for (const [path, body] of all) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, body, { mode: RESULT_MODE });
  }
  mkdirSync(join(folder, 'project', 'scenarios'), { recursive: true });
  return folder;
}

/** In words, each with its cure where there is one. */
function lackingHere({ missing, packages, programs, variables, platform, tornwire }: PackManifest, folder: string): string[] {
  const [system = ''] = platform.split(' ');
  return [
    ...missing.map((what) => `the archive lacks something: ${what}`),
    ...packages
      .filter(({ name }) => !isInstalled(name, folder))
      .map(({ name, version }) => `package ${name}: npm install ${name}${version === null ? '' : `@${version}`}`),
    ...programs.filter((name) => !isProgram(name)).map((name) => `program ${name}: it is not on PATH`),
    ...variables.filter((name) => process.env[name] === undefined).map((name) => `variable ${name}: it was set where the archive was made`),
    ...(system === process.platform ? [] : [`it was made on ${platform}`]),
    ...(major(tornwire) === major(VERSION) ? [] : [`it was made by tornwire ${tornwire}, this is ${VERSION}`]),
  ];
}

const major = (version: string): string => version.split('.')[0] ?? '';

function isInstalled(name: string, folder: string): boolean {
  const paths = createRequire(join(folder, 'project', 'package.json')).resolve.paths(name) ?? [];
  return paths.some((path) => existsSync(join(path, name, 'package.json')));
}

function isProgram(name: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
