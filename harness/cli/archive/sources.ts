// Which files of a project play a scenario: its own, what they import by relative paths, the folder of the system's code, and the programs
// that its nodes are started with. What lies outside the project, or cannot be followed, is named as missing.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import type { DescribedScenario } from '../../model/described-scenario.ts';

export interface Sources {
  /** Absolute. */
  files: readonly string[];
  /** Names of packages, such as `ws` or `@scope/name`. */
  packages: readonly string[];
  variables: readonly string[];
  programs: readonly string[];
  missing: readonly string[];
}

const FILES_MAX = 3_000;
const FILE_BYTES_MAX = 16 * 1_024 * 1_024;
/** What is made again, or is nobody's source. */
const LEFT_OUT: readonly string[] = ['node_modules', 'results', '.git', '__pycache__', 'target', '.venv'];
const CODE = /\.[mc]?[jt]sx?$/;

/** @param more files and folders that are asked for besides, absolute */
export function sourcesOf(scenario: DescribedScenario, root: string, more: readonly string[] = []): Sources {
  const found = new Set<string>();
  const packages = new Set<string>();
  const variables = new Set<string>();
  const missing: string[] = [];
  const commands = (scenario.topology?.nodes ?? []).map(({ command }) => command);
  const named = commands.flat().filter((word) => isAbsolute(word) && existsSync(word));
  const roots = [scenario.file, ...[scenario.source?.folder, scenario.source?.defects].flatMap((each) => each ?? []), ...named, ...more];
  const ahead = [...roots, ...SETTINGS.map((name) => join(root, name)).filter((file) => existsSync(file))];
  for (let at = ahead.shift(); at !== undefined; at = ahead.shift()) {
    if (found.has(at)) continue;
    const away = relative(root, at);
    if (!existsSync(at)) missing.push(`${seen(away)} is not there`);
    else if (away.startsWith('..') || isAbsolute(away)) missing.push(`${at} lies outside the project`);
    else if (away === '') missing.push('the whole project is named by a node: take what it needs along with --with');
    else if (statSync(at).isDirectory())
      ahead.push(
        ...readdirSync(at)
          .filter((name) => !LEFT_OUT.includes(name))
          .map((name) => join(at as string, name)),
      );
    else if (statSync(at).size > FILE_BYTES_MAX) missing.push(`${seen(away)} is too large`);
    else if (found.size >= FILES_MAX) {
      missing.push(`more than ${FILES_MAX} files belong to it`);
      break;
    } else {
      found.add(at);
      if (CODE.test(at)) ahead.push(...referencesIn(at, packages, variables));
    }
  }
  const ofNodes = new Set((scenario.topology?.nodes ?? []).flatMap(({ env }) => Object.keys(env)));
  const programs = commands.flatMap(([first = '']) => (first.includes('/') || first.startsWith('{') ? [] : [first]));
  return {
    files: [...found].toSorted(),
    packages: [...packages].toSorted(),
    variables: [...variables].filter((name) => name !== '' && !ofNodes.has(name)).toSorted(),
    programs: [...new Set(programs)],
    missing,
  };
}

/** What decides how the sources are read. */
const SETTINGS = ['package.json', 'tsconfig.json', 'tornwire.accept.yaml'];

function referencesIn(file: string, packages: Set<string>, variables: Set<string>): string[] {
  const code = readFileSync(file, 'utf8');
  for (const [, dotted, quoted] of code.matchAll(/\bprocess\.env(?:\.(\w+)|\[['"](\w+)['"]\])/g)) variables.add(dotted ?? quoted ?? '');
  for (const [, list = ''] of code.matchAll(/\{([^{}]*)\}\s*=\s*process\.env\b/g))
    for (const [, name = ''] of list.matchAll(/([A-Za-z_]\w*)\s*(?:[:=,]|$)/g)) variables.add(name);
  const paths = [...code.matchAll(/\b(?:from|import)\s*\(?\s*['"]([^'"\n]+)['"]/g)].map(([, path = '']) => path);
  const files = [...code.matchAll(/new URL\(\s*['"](\.{1,2}\/[^'"\n]+)['"]\s*,\s*import\.meta\.url/g)].map(([, path = '']) => path);
  for (const path of paths) if (/^[@a-z]/i.test(path) && !path.startsWith('node:')) packages.add(packageOf(path));
  return [...paths, ...files].filter((path) => path.startsWith('.')).flatMap((path) => fileAt(resolve(dirname(file), path)) ?? []);
}

function packageOf(path: string): string {
  return path
    .split('/')
    .slice(0, path.startsWith('@') ? 2 : 1)
    .join('/');
}

/** An import may leave the ending to the one who reads it. */
function fileAt(path: string): string | undefined {
  return [path, ...['.ts', '.mts', '.js', '.mjs', '/index.ts', '/index.js'].map((ending) => `${path}${ending}`)].find(
    (each) => existsSync(each) && statSync(each).isFile(),
  );
}

function seen(path: string): string {
  return path === '' ? '.' : path;
}
