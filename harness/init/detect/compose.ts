// A Compose file (compose-spec): each service is a node in a container of its image. Variables of the file are read from the environment
// when the tests run.
import { parse } from 'yaml';
import type { Readiness } from '../../model/system/topology.ts';
import type { Framing } from '../../model/system/link.ts';
import { type FoundNode, type FoundNodes, nodeName, type Piece, resolved, type Text } from '../base/found.ts';
import { portOf } from './clues.ts';
import { parsed, type Place, readText, record, scalar } from './detector.ts';
import { commandLine } from './words.ts';

/** In the order in which Compose looks for them. */
const FILES = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'];
/** Well-known images: where they listen, and what they do without a command. */
const IMAGES: readonly [RegExp, { port: number; command: string[] }][] = [
  [/(?:^|\/)(?:redis|valkey)(?::|@|$)/, { port: 6379, command: ['docker-entrypoint.sh', 'redis-server'] }],
  [/(?:^|\/)(?:postgres|pgvector|postgis)(?::|@|$)/, { port: 5432, command: ['docker-entrypoint.sh', 'postgres'] }],
  [/(?:^|\/)(?:mysql|mariadb)(?::|@|$)/, { port: 3306, command: ['docker-entrypoint.sh', 'mysqld'] }],
  [/(?:^|\/)mongo(?::|@|$)/, { port: 27_017, command: ['docker-entrypoint.sh', 'mongod'] }],
  [/(?:^|\/)rabbitmq(?::|@|$)/, { port: 5672, command: ['docker-entrypoint.sh', 'rabbitmq-server'] }],
  [/(?:^|\/)nginx(?::|@|$)/, { port: 80, command: ['/docker-entrypoint.sh', 'nginx', '-g', 'daemon off;'] }],
];
const RAW_PORTS = new Set([5432, 3306, 6379, 27_017, 5672, 9092, 4222, 11_211]);

export function fromCompose({ folder, env }: Place): FoundNodes | undefined {
  const file = FILES.find((each) => readText(folder, each) !== undefined);
  if (file === undefined) return undefined;
  const content = readText(folder, file) ?? '';
  const document = record(parsed(file, () => parse(content, { merge: true, maxAliasCount: 100 }) as unknown));
  const services = Object.entries(record(document['services']));
  if (services.length === 0) return undefined;
  const names = new Map<string, string>();
  for (const [service] of services) names.set(service, nodeName(service, [...names.values()]));
  const given = services.map(([service, value]) => serviceNode(service, record(value), names, env));
  const nodes = askedForOtherPorts(withReferredPorts(given, env));
  const what = `${nodes.length} service${nodes.length === 1 ? '' : 's'}: ${nodes.map((node) => node.name).join(', ')}`;
  return {
    from: file,
    what,
    name: nodeName(scalar(document['name']) || 'compose', []),
    runtime: 'container',
    envFile: Object.keys(env).length > 0,
    nodes,
    questions: [],
  };
}

function serviceNode(
  service: string,
  value: Readonly<Record<string, unknown>>,
  names: ReadonlyMap<string, string>,
  env: Place['env'],
): FoundNode {
  const name = names.get(service) ?? service;
  const image = resolved(interpolated(typeof value['image'] === 'string' ? value['image'] : ''), env);
  const known = IMAGES.find(([pattern]) => pattern.test(image))?.[1];
  const published = portsIn(value['ports'], env);
  const ports = [...new Set([...published, ...portsIn(value['expose'], env), ...(known ? [known.port] : [])])];
  const command = commandOf(value, known?.command);
  const variables = variablesOf(value['environment']);
  const health = healthOf(value['healthcheck'], ports);
  const framing: Framing = known !== undefined && known.port !== 80 ? 'raw' : ports.some((port) => RAW_PORTS.has(port)) ? 'raw' : 'http';
  return {
    name,
    hosts: [service, ...(typeof value['container_name'] === 'string' ? [value['container_name']] : []), ...aliasesOf(value['networks'])],
    command,
    ...(image !== '' && { image }),
    env: variables,
    defaults: {},
    listens: Object.fromEntries(ports.map((port, index) => [index === 0 ? 'main' : `port-${port}`, { transport: 'tcp', port }])),
    framing,
    isEntry: published.length > 0,
    ready: health ?? (ports.length > 0 ? { when: 'listening', listener: 'main' } : { when: 'log', contains: '' }),
    after: afterOf(value['depends_on']).map((each) => names.get(each) ?? each),
    visit: framing === 'http' && ports.length > 0 ? { as: 'http', path: health?.when === 'http' ? health.path : '/' } : { as: 'nothing' },
    questions: questionsOf(service, value, { image, command, ports }),
  };
}

function questionsOf(
  service: string,
  value: Readonly<Record<string, unknown>>,
  about: { image: string; command: readonly Text[]; ports: readonly number[] },
): string[] {
  const called = `'${service.replaceAll(/\s+/g, ' ')}'`;
  return [
    ...(about.image === '' ? [`Which image is ${called}? The Compose file builds it: name the image that it makes.`] : []),
    ...(about.command.length === 0
      ? [`Which command does the image of ${called} run? A node names it (docker image inspect shows it).`]
      : []),
    ...(about.ports.length === 0 ? [`Does ${called} listen on a port? Then name it in 'listens'.`] : []),
    ...('volumes' in value
      ? [`What does ${called} need of its volumes? They are not carried over; 'reads' names files that it reads.`]
      : []),
    ...('env_file' in value ? [`Which variables of its env_file does ${called} need? They are not carried over.`] : []),
  ];
}

/** The command of a node is the whole one: entrypoint and command. */
function commandOf(value: Readonly<Record<string, unknown>>, known: readonly string[] | undefined): Text[] {
  const entry = wordsOf(value['entrypoint']);
  const words = wordsOf(value['command']);
  if (entry.length > 0) return [...entry, ...words];
  if (words.length > 0) return known?.[0]?.includes('entrypoint') === true ? [[known[0]], ...words] : words;
  return (known ?? []).map((word): Text => [word]);
}

function wordsOf(value: unknown): Text[] {
  if (Array.isArray(value)) return (value as unknown[]).map((word) => interpolated(String(word)));
  if (typeof value !== 'string') return [];
  // Compose splits it as a shell does, and starts no shell.
  const { env, words } = commandLine(value.replaceAll('$$', '$').trim());
  return words[0] === 'sh' && words[1] === '-c'
    ? value.trim().split(/\s+/).map(interpolated)
    : [...Object.entries(env).map(([key, each]) => `${key}=${each}`), ...words].map((word): Text => [word]);
}

function variablesOf(value: unknown): Record<string, Text> {
  const pairs: [string, unknown][] = Array.isArray(value)
    ? (value as unknown[]).map((each): [string, unknown] => {
        const [, key = '', content] = /^([^=]*)(?:=(.*))?$/s.exec(String(each)) ?? [];
        return [key, content];
      })
    : Object.entries(record(value));
  // A name without a value is passed on from whoever starts it.
  return Object.fromEntries(
    pairs.map(([key, content]) => [
      key,
      content === undefined || content === null ? [{ variable: key, fallback: '' }] : interpolated(scalar(content)),
    ]),
  );
}

/** `$$`, `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:?message}` (compose-spec, 12-interpolation). */
function interpolated(value: string): Text {
  const pieces: Piece[] = [];
  let literal = '';
  let from = 0;
  for (const match of value.matchAll(/\$\$|\$([A-Za-z_]\w*)|\$\{([A-Za-z_]\w*)(?:(:?[-?+])((?:[^{}]|\$\{[^{}]*\})*))?\}/g)) {
    literal += value.slice(from, match.index);
    from = match.index + match[0].length;
    const variable = match[1] ?? match[2];
    if (variable === undefined) {
      literal += '$';
      continue;
    }
    if (literal !== '') pieces.push(literal);
    literal = '';
    const isDefault = match[3] === ':-' || match[3] === '-';
    pieces.push({ variable, fallback: isDefault ? resolved(interpolated(match[4] ?? ''), {}) : '' });
  }
  literal += value.slice(from);
  return literal !== '' || pieces.length === 0 ? [...pieces, literal] : pieces;
}

/** The ports inside of the container: `80`, `8080:80`, `127.0.0.1:8080:80/tcp`, `{ target: 80 }`. */
function portsIn(value: unknown, env: Place['env']): number[] {
  if (!Array.isArray(value)) return [];
  return (value as unknown[]).flatMap((each) => {
    const target = typeof each === 'object' ? record(each)['target'] : each;
    const written = resolved(interpolated(String(target)), env);
    return written.endsWith('/udp')
      ? []
      : (portOf(
          written
            .replace(/\/tcp$/, '')
            .split(':')
            .at(-1),
        ) ?? []);
  });
}

function healthOf(value: unknown, ports: readonly number[]): Readiness | undefined {
  const { test } = record(value);
  const words = Array.isArray(test) ? (test as unknown[]).join(' ') : scalar(test);
  const [, written = '80', path = '/'] = /https?:\/\/(?:localhost|127\.0\.0\.1|0\.0\.0\.0)(?::(\d+))?(\/[^\s'"|;)]*)?/.exec(words) ?? [];
  const index = ports.indexOf(Number(written));
  if (index === -1 || !/https?:\/\//.test(words)) return undefined;
  return { when: 'http', listener: index === 0 ? 'main' : `port-${written}`, path };
}

function afterOf(value: unknown): string[] {
  return Array.isArray(value) ? (value as unknown[]).map(String) : Object.keys(record(value));
}

function aliasesOf(value: unknown): string[] {
  return Object.values(record(value)).flatMap((network) => {
    const { aliases } = record(network);
    return Array.isArray(aliases) ? (aliases as unknown[]).map(String) : [];
  });
}

/** A port that nobody declares, and another service dials. */
function withReferredPorts(nodes: readonly FoundNode[], env: Place['env']): FoundNode[] {
  const values = nodes.flatMap((node) => [...Object.values(node.env), ...node.command].map((value) => resolved(value, env)));
  return nodes.map((node) => {
    if (Object.keys(node.listens).length > 0) return node;
    const port = node.hosts.flatMap((host) => values.flatMap((value) => portOf(value.split(`${host}:`)[1]?.match(/^\d+/)?.[0]) ?? []))[0];
    if (port === undefined) return node;
    const framing: Framing = RAW_PORTS.has(port) ? 'raw' : 'http';
    return {
      ...node,
      listens: { main: { transport: 'tcp', port } },
      framing,
      ready: { when: 'listening', listener: 'main' },
      visit: framing === 'http' ? { as: 'http', path: '/' } : { as: 'nothing' },
      questions: node.questions.filter((question) => !question.startsWith('Does ')),
    };
  });
}

/** In a topology a port belongs to one listener. Whether a program of an image can listen on another is not known. */
function askedForOtherPorts(nodes: readonly FoundNode[]): FoundNode[] {
  const taken = new Set<number>();
  return nodes.map((node) => {
    const questions = [...node.questions];
    for (const listener of Object.values(node.listens)) {
      if (listener.transport !== 'tcp') continue;
      if (taken.has(listener.port))
        questions.push(
          `Which other port can '${node.name}' listen on? ${listener.port} belongs to another node, and here a port belongs to one.`,
        );
      taken.add(listener.port);
    }
    return { ...node, questions };
  });
}
