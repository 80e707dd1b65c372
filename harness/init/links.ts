// Finds the links: a variable, or a word of a command, that holds the host and the port of another node. The address is replaced by the
// placeholders of the link, so that it leads through the link's proxy.
import type { Framing } from '../model/system/link.ts';
import { type Found, type FoundLink, type FoundNode, type FoundNodes, type Piece, resolved, type Text, text } from './base/found.ts';

const LOOPBACK = ['localhost', '127.0.0.1', '0.0.0.0', '[::1]'];
/** Of URLs that say no port. */
const SCHEME_PORTS: Readonly<Record<string, number>> = {
  http: 80,
  https: 443,
  ws: 80,
  wss: 443,
  redis: 6379,
  rediss: 6379,
  postgres: 5432,
  postgresql: 5432,
  mysql: 3306,
  mongodb: 27017,
  amqp: 5672,
  nats: 4222,
};

/** @param env what an .env file says now */
export function withLinks(given: FoundNodes, env: Readonly<Record<string, string>>): Found {
  const links = new Map<string, FoundLink>();
  const nodes = given.nodes.map((node) => {
    const others = given.nodes.filter((other) => other !== node);
    const finder = finderFor(node, others, links, given.runtime, env);
    return finder();
  });
  const dialled = new Set([...links.values()].map(({ to }) => to));
  const tcp = nodes.filter(({ listens }) => Object.keys(listens).length > 0);
  const isEntry = (node: FoundNode): boolean => node.isEntry || !dialled.has(node.name);
  for (const node of tcp.filter(isEntry)) {
    const [listener = ''] = Object.keys(node.listens);
    add(links, { from: 'driver', to: node.name, listener, framing: node.framing });
  }
  return { ...given, nodes, links: [...links.values()] };
}

function finderFor(
  node: FoundNode,
  others: readonly FoundNode[],
  links: Map<string, FoundLink>,
  runtime: Found['runtime'],
  env: Readonly<Record<string, string>>,
): () => FoundNode {
  const questions = [...node.questions];
  const targets = others.flatMap((to) => ports(to).map(([listener, port]) => ({ to, listener, port })));
  const link = (to: FoundNode, listener: string, value: string): string => {
    const framing = framingIn(value) ?? to.framing;
    return add(links, { from: node.name, to: to.name, listener, framing });
  };
  const addresses = (value: string): string => {
    let changed = value;
    for (const { to, listener, port } of targets)
      for (const host of hostsOf(to, runtime)) {
        const address = (before: string): string => {
          const name = link(to, listener, value);
          return `${before}{${name}.host}:{${name}.port}`;
        };
        changed = changed.replaceAll(addressPattern(host, port), (_whole, before: string) => address(before));
        if (LOOPBACK.includes(host)) continue;
        changed = changed.replaceAll(bareUrl(host), (whole, before: string, scheme: string) =>
          SCHEME_PORTS[scheme.toLowerCase()] === port ? address(before) : whole,
        );
      }
    return changed;
  };
  const words = new Set(targets.flatMap(({ to, port }) => [String(port), ...hostsOf(to, runtime)]));
  const rewritten = (value: Text): Text => {
    const isPlain = (now: string): boolean => words.has(now) || addresses(now) !== now;
    const joined = value
      .map((piece, index) => (typeof piece === 'string' || isPlain(resolved([piece], env)) ? resolved([piece], env) : `\0${index}\0`))
      .join('');
    const changed = addresses(joined);
    if (changed === joined) return value;
    const secret = value.find((piece): piece is Exclude<Piece, string> => typeof piece !== 'string');
    return changed
      .split('\0')
      .flatMap((part, at) => (at % 2 === 1 ? (value[Number(part)] ?? []) : secret ? withoutPassword(part, secret.variable) : part));
  };
  return () => {
    const values: Record<string, Text> = { ...node.env };
    for (const [name, value] of Object.entries(node.env)) values[name] = rewritten(value);
    for (const [name, value] of Object.entries(node.defaults)) {
      if (name in values) continue;
      const found = rewritten(text(value));
      if (found[0] !== value) values[name] = found;
    }
    hostAndPort(node, values, { targets, runtime, env, link, questions });
    return { ...node, env: values, command: node.command.map(rewritten), questions };
  };
}

interface Targets {
  targets: readonly { to: FoundNode; listener: string; port: number }[];
  runtime: Found['runtime'];
  env: Readonly<Record<string, string>>;
  link: (to: FoundNode, listener: string, value: string) => string;
  questions: string[];
}

/** DB_HOST and DB_PORT, PGHOST and PGPORT: an address in two variables. */
function hostAndPort(node: FoundNode, values: Record<string, Text>, { targets, runtime, env, link, questions }: Targets): void {
  const all = { ...Object.fromEntries(Object.entries(node.defaults).map(([name, value]) => [name, text(value)])), ...values };
  for (const [name, value] of Object.entries(all)) {
    const [, prefix] = /^(.*?)_?(?:HOST|HOSTNAME|SERVER|ADDR)$/.exec(name) ?? [];
    if (prefix === undefined || prefix === '') continue;
    const now = resolved(value, env);
    const portName = [`${prefix}_PORT`, `${prefix}PORT`].find((each) => each in all);
    const port = portName === undefined ? undefined : Number(resolved(all[portName] ?? [], env));
    const found = targets.find(
      (each) => hostsOf(each.to, runtime).includes(now) && (port === undefined ? !LOOPBACK.includes(now) : each.port === port),
    );
    if (!found) continue;
    const linkName = link(found.to, found.listener, now);
    const written = portName ?? name.replace(/_?(HOST|HOSTNAME|SERVER|ADDR)$/, (part) => (part.startsWith('_') ? '_PORT' : 'PORT'));
    values[name] = text(`{${linkName}.host}`);
    values[written] = text(`{${linkName}.port}`);
    if (portName === undefined)
      questions.push(`${name} named '${found.to.name}' without a port. Does the program read the port from ${written}?`);
  }
}

function ports(node: FoundNode): [string, number][] {
  return Object.entries(node.listens).flatMap(([name, listener]): [string, number][] =>
    listener.transport === 'tcp' ? [[name, listener.port]] : [],
  );
}

function hostsOf(node: FoundNode, runtime: Found['runtime']): readonly string[] {
  return runtime === 'process' ? [...LOOPBACK, ...node.hosts] : node.hosts;
}

function addressPattern(host: string, port: number): RegExp {
  return new RegExp(`(^|[^\\w.-])${escaped(host)}:${port}(?!\\d)`, 'gi');
}

function bareUrl(host: string): RegExp {
  return new RegExp(`(\\b([a-z]+)(?:\\+[a-z]+)?://(?:[^\\s/@]*@)?)${escaped(host)}(?![\\w.:-])`, 'gi');
}

function escaped(literal: string): string {
  return literal.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

function framingIn(value: string): Framing | undefined {
  const scheme = /\b([a-z]+)(?:\+[a-z]+)?:\/\//i.exec(value)?.[1]?.toLowerCase();
  if (scheme === undefined) return undefined;
  if (scheme === 'http') return 'http';
  return scheme === 'ws' ? 'websocket' : 'raw';
}

function add(links: Map<string, FoundLink>, link: Omit<FoundLink, 'name'>): string {
  const same = [...links.values()].find(({ from, to, listener }) => from === link.from && to === link.to && listener === link.listener);
  if (same) return same.name;
  const plain = `${link.from}->${link.to}`;
  const name = links.has(plain) ? `${plain}-${link.listener}` : plain;
  links.set(name, { name, ...link });
  return name;
}

/** A URL of an .env file is written down without its password, which is read from there when the tests run. */
function withoutPassword(url: string, variable: string): Piece[] {
  const [, before, password] = /^(.*?:\/\/[^:@/\s]*:)([^@/\s]+)(?=@)/s.exec(url) ?? [];
  if (before === undefined || password === undefined) return [url];
  return [before, { variable, fallback: '', part: 'password' }, url.slice(before.length + password.length)];
}
