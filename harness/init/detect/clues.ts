// What the sources of a program say about it without being run: the port variable that it reads, the port that it takes otherwise,
// what its other variables are when they are not set, and whether it speaks MCP on its stdin and stdout.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { commandLine } from './words.ts';

export interface Clues {
  isMcp: boolean;
  isWebSocket: boolean;
  /** The variable that holds its own port. */
  portVariable?: string;
  /** The variable that holds the host that it binds. */
  hostVariable?: string;
  /** Its own port when no variable says one. */
  port?: number;
  /** The loopback address that it binds, when no variable says one. */
  host?: string;
  /** Values of its variables when they are not set. */
  defaults: Readonly<Record<string, string>>;
}

const SOURCE_BYTES_MAX = 512 * 1024;
const SCRIPTS_DEEP_MAX = 3;
const MCP = /@modelcontextprotocol\/|\bfastmcp\b|\bfrom mcp\b|\bimport mcp\b|["'`]tools\/list["'`]/;
const READS = String.raw`(?:process\.env(?:\.|\[["'\`])|Deno\.env\.get\(["'\`]|environ(?:\.get\(|\[)\s*["']|getenv\(\s*["']|ENV(?:\.fetch\(|\[)\s*["'])`;
const READ = new RegExp(`${READS}([A-Z][A-Z0-9_]*)`, 'g');
const DEFAULT = new RegExp(
  `${READS}([A-Z][A-Z0-9_]*)["'\`]?[\\])]*\\s*(?:\\?\\?|\\|\\||,|\\bor\\b)\\s*(?:["'\`]([^"'\`\\n]*)["'\`]|(\\d{2,5})\\b)`,
  'g',
);
const OWN_PORT = /^(?:PORT|(?:HTTP|WEB|SERVER|LISTEN|APP|BIND)_PORT)$/;
const OWN_HOST = /^(?:HOST|(?:HTTP|WEB|SERVER|LISTEN|APP|BIND)_(?:HOST|ADDR|ADDRESS)|BIND)$/;

/** `server.listen(3000, '127.0.0.1')`, `uvicorn.run(app, host="127.0.0.1")`, `--host 127.0.0.1`. */
const BINDS_LOOPBACK =
  /\.listen\([^)\n]*["'`]127\.0\.0\.1["'`]|\brun\([^)\n]*\bhost\s*=\s*["']127\.0\.0\.1["']|--(?:host|bind|listen)[= ]127\.0\.0\.1\b/;

/** @param line as a shell would read it @param folder where it is started */
export function cluesOf(line: string, folder: string): Clues {
  const sources = sourcesOf(line, folder, 0);
  const code = sources.join('\n');
  const variables = [...code.matchAll(READ)].map((match) => match[1] ?? '');
  const defaults = Object.fromEntries([...code.matchAll(DEFAULT)].map((match) => [match[1] ?? '', match[2] ?? match[3] ?? '']));
  const portVariable = /\$\{?PORT\b/.test(line) ? 'PORT' : variables.find((name) => OWN_PORT.test(name));
  const hostVariable = variables.find((name) => OWN_HOST.test(name));
  const port = portIn(line) ?? portOf(portVariable === undefined ? undefined : defaults[portVariable]) ?? listened(code);
  return {
    isMcp: MCP.test(code),
    isWebSocket: /\bWebSocketServer\b|\bwebsockets\.serve\b/.test(code),
    ...(portVariable !== undefined && { portVariable }),
    ...(hostVariable !== undefined && { hostVariable }),
    ...(port !== undefined && { port }),
    ...(hostVariable === undefined && BINDS_LOOPBACK.test(`${line}\n${code}`) && { host: '127.0.0.1' }),
    defaults,
  };
}

/** The files that the words of a command name, and those of the npm script that it runs. */
function sourcesOf(line: string, folder: string, depth: number): string[] {
  const { words } = commandLine(line);
  const all = words[0] === 'sh' && words[1] === '-c' ? line.split(/[\s;&|'"]+/) : words;
  const script = npmScript(all, folder);
  if (script !== undefined && depth < SCRIPTS_DEEP_MAX) return sourcesOf(script, folder, depth + 1);
  return all.flatMap((word) => sourceAt(word, folder) ?? moduleAt(word, folder) ?? []);
}

function npmScript(words: readonly string[], folder: string): string | undefined {
  const [tool = '', first = '', second = ''] = words;
  if (!/^(?:npm|pnpm|yarn|bun)$/.test(tool)) return undefined;
  const name = /^run(?:-script)?$/.test(first) ? second : first;
  try {
    const { scripts } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { scripts?: Record<string, unknown> };
    const script = scripts?.[name];
    return typeof script === 'string' ? script : undefined;
  } catch {
    return undefined;
  }
}

/** A file of the project that can be read as text; nothing outside of it is looked at. */
function sourceAt(word: string, folder: string): string | undefined {
  const file = resolve(folder, word);
  if (word === '' || !file.startsWith(`${resolve(folder)}${sep}`) || !existsSync(file)) return undefined;
  const stat = statSync(file);
  return stat.isFile() && stat.size <= SOURCE_BYTES_MAX ? readFileSync(file, 'utf8') : undefined;
}

/** `python -m app`, `uvicorn app.main:app`. */
function moduleAt(word: string, folder: string): string | undefined {
  if (!/^[A-Za-z_][\w.]*(?::\w+)?$/.test(word)) return undefined;
  const path = (word.split(':')[0] ?? '').replaceAll('.', '/');
  return [`${path}.py`, `${path}/__main__.py`, `${path}/__init__.py`]
    .map((each) => sourceAt(each, folder))
    .find((each) => each !== undefined);
}

function portIn(line: string): number | undefined {
  return portOf(/(?:--port[= ]|(?:^|\s)-p\s*|--bind[= ]\S*:|--listen[= ]\S*:)(\d{2,5})\b/.exec(line)?.[1]);
}

function listened(code: string): number | undefined {
  return portOf(/\.listen\(\s*(?:\{\s*port:\s*)?(\d{2,5})\b/.exec(code)?.[1] ?? /\bport\s*[:=]\s*(\d{4,5})\b/i.exec(code)?.[1]);
}

/** @returns undefined for what is no port. */
export function portOf(written: string | number | undefined): number | undefined {
  const port = Number(written);
  return written !== undefined && written !== '' && Number.isInteger(port) && port >= 1 && port <= 65_535 ? port : undefined;
}
