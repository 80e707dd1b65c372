// 100,000 damaged requests to the control API of a proxy: it lives, answers each within a second, and its memory stays.
import { Agent, request } from 'node:http';
import { readFileSync } from 'node:fs';
import { ourProxy } from '../base/stand.ts';
import { figures } from './figures.ts';
import { diceOf, mutated, type Dice } from './mutation.ts';

const REQUESTS = Number(process.argv[2] ?? 100_000);
const SEED = Number(process.argv[3] ?? 1);
const AT_ONCE = 8;
const EMPTY_EVERY = 500;

const PROXY = '{"name":"p1","listen":"127.0.0.1:0","upstream":"127.0.0.1:9","enabled":true,"framing":"websocket","capture":true}';
const TOXIC = '{"name":"t","type":"latency","stream":"downstream","toxicity":1.0,"attributes":{"latency":5,"jitter":1}}';
const EXACT = '{"type":"cut","attributes":{"how":"fin","at":{"byte":7}},"trigger":{"connection":1}}';
const ASKS: readonly (readonly [method: string, path: string, body: string])[] = [
  ['GET', '/proxies', ''],
  ['POST', '/proxies', PROXY],
  ['POST', '/populate', `[${PROXY}]`],
  ['POST', '/proxies/p1', '{"enabled":false}'],
  ['POST', '/proxies/p1/toxics', TOXIC],
  ['POST', '/proxies/p1/toxics', EXACT],
  ['POST', '/proxies/p1/toxics/t', '{"attributes":{"latency":1000}}'],
  ['DELETE', '/proxies/p1/toxics/t', ''],
  ['GET', '/events?since=0&follow=0', ''],
  ['DELETE', '/proxies/p1', ''],
  ['POST', '/reset', ''],
];

await using proxy = await ourProxy();
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
const crashed: string[] = [];
let slowestMs = 0;
let residentMiB = 0;
let next = 0;
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (let i = next++; i < REQUESTS && crashed.length < 10; i = next++) {
      const startedMs = performance.now();
      await asked(diceOf(SEED, 'request', i)).catch((error: unknown) => crashed.push(`request ${i}: ${String(error)}`));
      slowestMs = Math.max(slowestMs, performance.now() - startedMs);
      // The listeners that it was asked to open: descriptors are not what is measured here.
      if (i % EMPTY_EVERY === 0) {
        await sent('POST', '/populate', '[]').catch(() => undefined);
        for (const name of Object.keys(JSON.parse(await sent('GET', '/proxies', '')) as object))
          await sent('DELETE', `/proxies/${encodeURIComponent(name)}`, '');
        residentMiB = Math.max(residentMiB, residentOf(proxy.pid));
      }
    }
  }),
);
agent.destroy();
figures('fuzz-api', `of ${REQUESTS} requests, seed ${SEED}`, { crashed, slowestMs, residentMiB });

async function asked(dice: Dice): Promise<void> {
  const [method, path, body] = dice.one(ASKS);
  const where = dice.below(3) === 0 ? mutated(path, dice) : path;
  await sent(dice.below(20) === 0 ? dice.one(['PUT', 'PATCH', 'HEAD', 'OPTIONS']) : method, safe(where), mutated(body, dice));
}

/** What Node's client would not send at all; everything else goes out as it is. */
function safe(path: string): string {
  const text = path.replaceAll(/[^\x21-\x7e]/g, '_');
  return text.startsWith('/') ? text : `/${text}`;
}

/** Any answer is well; none, within a bound, is not. A stream of events that goes on has answered with its head. */
function sent(method: string, path: string, body: string): Promise<string> {
  const bytes = Buffer.from(method === 'GET' || method === 'HEAD' ? '' : body);
  const headers = { 'content-type': 'application/json', 'content-length': bytes.length };
  return new Promise((resolve, reject) => {
    const asking = request(proxy.url + path, { method, agent, timeout: 30_000, headers }, (response) => {
      let text = '';
      if (response.headers['content-length'] === undefined) {
        resolve('');
        response.on('error', () => undefined).destroy();
      }
      response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      response.on('end', () => resolve(text)).on('error', reject);
    });
    asking.on('error', reject).on('timeout', () => asking.destroy(new Error('no answer within 30 s')));
    asking.end(bytes);
  });
}

function residentOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}
