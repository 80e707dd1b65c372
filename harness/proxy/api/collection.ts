// All proxies of one server by name, with Toxiproxy's rules for adding, replacing and removing them. Changes that open a
// listener wait for one another. Changes of toxics never wait for that.

import { ApiError, proxyExists, proxyNotFound, toxicExists, toxicNotFound } from './api-error.ts';
import { AddressError } from '../relay/address.ts';
import { Proxy } from '../relay/proxy.ts';
import type { ProxyWorld } from '../relay/proxy.ts';
import { readList, readNewProxy, readProxy } from './proxy-body.ts';
import type { ProxyInput } from './proxy-body.ts';
import { readToxic, readToxicUpdate } from './toxic-body.ts';
import type { ArmedToxic } from '../toxics/base/toxic.ts';

export class Collection {
  readonly #world: ProxyWorld;
  readonly #proxies = new Map<string, Proxy>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(world: ProxyWorld) {
    this.#world = world;
  }

  all(): Proxy[] {
    return [...this.#proxies.values()];
  }

  /** @throws ApiError */
  get(name: string): Proxy {
    const proxy = this.#proxies.get(name);
    if (proxy === undefined) throw proxyNotFound();
    return proxy;
  }

  create(body: unknown): Promise<Proxy> {
    const input = readNewProxy(body);
    return this.#inTurn(async () => {
      if (this.#proxies.has(input.name)) throw proxyExists();
      return this.#add(input);
    });
  }

  update(name: string, body: unknown): Promise<Proxy> {
    return this.#inTurn(async () => {
      const proxy = this.get(name);
      const { listen, upstream, enabled, extras } = proxy;
      const input = readProxy(body, { name, listen, upstream, enabled, extras });
      const differs = await proxy.differs(input.listen, input.upstream);
      Object.assign(proxy.extras, input.extras);
      if (differs) {
        await proxy.stop();
        proxy.listen = input.listen;
        proxy.upstream = input.upstream;
      }
      if (input.enabled) await proxy.start();
      else await proxy.stop();
      return proxy;
    });
  }

  remove(name: string): Promise<void> {
    return this.#inTurn(async () => {
      await this.get(name).deleted();
      this.#proxies.delete(name);
    });
  }

  /** Adds what is new and replaces what differs. Gives the error beside what had been done before it. */
  populate(body: () => unknown): Promise<{ proxies: Proxy[] | null; error?: ApiError }> {
    return this.#inTurn(async () => {
      let inputs: ProxyInput[];
      try {
        inputs = readList(body()).map((entry, at) => readNewProxy(entry, ` at proxy ${at + 1}`));
      } catch (error) {
        return { proxies: null, error: asApiError(error) };
      }
      const proxies: Proxy[] = [];
      for (const input of inputs) {
        try {
          proxies.push(await this.#addOrReplace(input));
        } catch (error) {
          return { proxies, error: asApiError(error) };
        }
      }
      return { proxies: proxies.length === 0 ? null : proxies };
    });
  }

  /** Enables all and disarms everything. */
  reset(): Promise<void> {
    return this.#inTurn(async () => {
      for (const proxy of this.all()) await proxy.reset();
    });
  }

  stopAll(): void {
    for (const proxy of this.all()) void proxy.stop();
  }

  addToxic(proxyName: string, body: unknown): ArmedToxic {
    const proxy = this.get(proxyName);
    const toxic = readToxic(body, proxy.framing, proxy.accepted);
    if (proxy.toxic(toxic.name) !== undefined) throw toxicExists();
    proxy.arm(toxic);
    return toxic;
  }

  /** @throws ApiError */
  toxic(proxyName: string, name: string): ArmedToxic {
    const toxic = this.get(proxyName).toxic(name);
    if (toxic === undefined) throw toxicNotFound();
    return toxic;
  }

  /** @throws ApiError */
  updateToxic(proxyName: string, name: string, body: unknown): ArmedToxic {
    const proxy = this.get(proxyName);
    const toxic = this.toxic(proxyName, name);
    Object.assign(toxic, readToxicUpdate(toxic, body, proxy.framing));
    proxy.update(toxic);
    return toxic;
  }

  async removeToxic(proxyName: string, name: string): Promise<void> {
    await this.get(proxyName).disarm(this.toxic(proxyName, name));
  }

  async #add(input: ProxyInput): Promise<Proxy> {
    const proxy = new Proxy(this.#world, input);
    if (input.enabled) await proxy.start();
    this.#proxies.set(input.name, proxy);
    return proxy;
  }

  async #addOrReplace(input: ProxyInput): Promise<Proxy> {
    const existing = this.#proxies.get(input.name);
    if (existing === undefined) return this.#add(input);
    const kept: Readonly<Record<string, unknown>> = { ...existing.extras };
    const sameExtras = Object.entries(input.extras).every(([field, value]) => kept[field] === value);
    if (sameExtras && !(await existing.differs(input.listen, input.upstream))) return existing;
    await existing.stop();
    return this.#add(input);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    return turn;
  }
}

/** @throws what is our own fault */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof AddressError) return new ApiError(error.message, 500);
  throw error;
}
