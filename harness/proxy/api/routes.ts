// The routes of the control API: Toxiproxy's, then ours. Each gives a status and a body. Everything that goes wrong on the
// outside is an ApiError.

import type { Collection } from './collection.ts';
import { proxyBody } from './proxy-body.ts';
import { toxicBodies, toxicBody } from './toxic-body.ts';

interface Reply {
  status: number;
  /** Sent as JSON; none with 204. */
  body?: unknown;
}

interface Call {
  collection: Collection;
  /** What the path's variable parts hold. */
  names: string[];
  /** The request's first JSON value. @throws ApiError */
  body: () => unknown;
}

type Handler = (call: Call) => Promise<Reply> | Reply;

interface Route {
  /** `*` stands for a name. */
  path: readonly string[];
  methods: Readonly<Record<string, Handler>>;
}

const updateProxy: Handler = async ({ collection, names, body }) => {
  collection.get(names[0]!);
  return { status: 200, body: proxyBody(await collection.update(names[0]!, body())) };
};

const updateToxic: Handler = ({ collection, names, body }) => {
  collection.toxic(names[0]!, names[1]!);
  return { status: 200, body: toxicBody(collection.updateToxic(names[0]!, names[1]!, body())) };
};

const ROUTES: readonly Route[] = [
  {
    path: ['proxies'],
    methods: {
      GET: ({ collection }) => ({ status: 200, body: byName(collection) }),
      POST: async ({ collection, body }) => ({ status: 201, body: proxyBody(await collection.create(body())) }),
    },
  },
  {
    path: ['proxies', '*'],
    methods: {
      GET: ({ collection, names }) => ({ status: 200, body: proxyBody(collection.get(names[0]!)) }),
      POST: updateProxy,
      PATCH: updateProxy,
      async DELETE({ collection, names }) {
        await collection.remove(names[0]!);
        return { status: 204 };
      },
    },
  },
  {
    path: ['proxies', '*', 'toxics'],
    methods: {
      GET: ({ collection, names }) => ({ status: 200, body: toxicBodies(collection.get(names[0]!).toxics) }),
      POST({ collection, names, body }) {
        collection.get(names[0]!);
        return { status: 200, body: toxicBody(collection.addToxic(names[0]!, body())) };
      },
    },
  },
  {
    path: ['proxies', '*', 'toxics', '*'],
    methods: {
      GET: ({ collection, names }) => ({ status: 200, body: toxicBody(collection.toxic(names[0]!, names[1]!)) }),
      POST: updateToxic,
      PATCH: updateToxic,
      async DELETE({ collection, names }) {
        await collection.removeToxic(names[0]!, names[1]!);
        return { status: 204 };
      },
    },
  },
  {
    path: ['populate'],
    methods: {
      async POST({ collection, body }) {
        const { proxies, error } = await collection.populate(body);
        const list = { proxies: proxies?.map(proxyBody) ?? null };
        return error === undefined
          ? { status: 201, body: list }
          : { status: error.status, body: { error: error.message, status: error.status, ...list } };
      },
    },
  },
  {
    path: ['reset'],
    methods: {
      async POST({ collection }) {
        await collection.reset();
        return { status: 204 };
      },
    },
  },
];

export type Found = { handler: Handler; names: string[] } | 'no-such-path' | 'no-such-method';

/** `parts` are the path's parts, decoded. */
export function findRoute(method: string, parts: readonly string[]): Found {
  for (const route of ROUTES) {
    const names = namesIn(route.path, parts);
    if (names === undefined) continue;
    const handler = Object.hasOwn(route.methods, method) ? route.methods[method] : undefined;
    return handler === undefined ? 'no-such-method' : { handler, names };
  }
  return 'no-such-path';
}

function namesIn(pattern: readonly string[], parts: readonly string[]): string[] | undefined {
  const fits = pattern.length === parts.length && pattern.every((part, at) => (part === '*' ? parts[at] !== '' : part === parts[at]));
  return fits ? parts.filter((_part, at) => pattern[at] === '*') : undefined;
}

/** A Map keeps names like `__proto__` what they are: names. */
function byName(collection: Collection): Record<string, unknown> {
  return Object.fromEntries(collection.all().map((proxy) => [proxy.name, proxyBody(proxy)]));
}
