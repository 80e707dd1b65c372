// What a Node process keeps alive, in bytes. Its resident memory says little: garbage stays until a collector runs, and a clean
// server grew by 60 kB a round for 1,500 rounds. Node opens its inspector on SIGUSR1 (nodejs.org, "Signal events"), and through
// that a collection can be asked for. The inspector is closed again after each reading.
import { basename } from 'node:path';
import { linkProc, readProc } from './proc.ts';
import { handlesOf } from './resources.ts';

const USUAL_PORT = 9_229;
const OPENS_WITHIN_MS = 5_000;
const ANSWERS_WITHIN_MS = 5_000;
const CLOSES_WITHIN_MS = 500;
const LOOK_EVERY_MS = 10;
const ASKED_EVERY_MS = 500;
const SIGUSR1_BIT = 1n << 9n;
/** The second collection takes what finalizers of the first one have let go. */
const COLLECTIONS = 2;
/** `external` holds what buffers point at. */
const ALIVE = '(({ heapUsed, external }) => heapUsed + external)(process.memoryUsage())';

/** Undefined where it is no Node process of this network namespace, or its inspector does not open. */
export async function liveBytesOf(pid: number): Promise<number | undefined> {
  if (!isNode(pid) || linkProc(`${pid}/ns/net`) !== linkProc('self/ns/net')) return undefined;
  const before = await listenersOf(pid);
  const port = await openedBy(pid, before);
  if (port === undefined) return undefined;
  const inspector = await connectTo(port);
  if (!inspector) return undefined;
  try {
    for (let i = 0; i < COLLECTIONS; i++) await inspector.call('HeapProfiler.collectGarbage');
    const answer = (await inspector.call('Runtime.evaluate', { expression: ALIVE, returnByValue: true })) as { result: { value: number } };
    return answer.result.value;
  } catch {
    return undefined;
  } finally {
    await inspector.end();
  }
}

/** SIGUSR1 ends a process that does not handle it. */
function isNode(pid: number): boolean {
  const program = basename(linkProc(`${pid}/exe`) ?? '');
  const caught = /^SigCgt:\s+([0-9a-f]+)$/m.exec(readProc(`${pid}/status`) ?? '')?.[1] ?? '0';
  return program === 'node' && (BigInt(`0x${caught}`) & SIGUSR1_BIT) !== 0n;
}

async function listenersOf(pid: number): Promise<ReadonlySet<string>> {
  const handles = await handlesOf([pid]);
  return new Set(handles.flatMap(({ socket }) => (socket?.kind === 'tcp LISTEN' ? [socket.text] : [])));
}

/**
 * The port is 9229 unless the program says otherwise. Another program may have it just now, such as a node of the case beside: then
 * Node gives up, and is asked again once the port is free.
 */
async function openedBy(pid: number, before: ReadonlySet<string>): Promise<number | undefined> {
  for (let waitedMs = 0, askAtMs = 0; waitedMs < OPENS_WITHIN_MS; waitedMs += LOOK_EVERY_MS) {
    if (waitedMs === 0 || (waitedMs >= askAtMs && !isListenedOn(USUAL_PORT))) {
      process.kill(pid, 'SIGUSR1');
      askAtMs = waitedMs + ASKED_EVERY_MS;
    }
    const [text] = [...(await listenersOf(pid))].filter((listener) => !before.has(listener));
    const port = /:(\d+) LISTEN$/.exec(text ?? '')?.[1];
    if (port !== undefined) return Number(port);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return undefined;
}

/** `local_address` and `st` of /proc/net/tcp (proc_net_tcp.txt): 0A is LISTEN. */
function isListenedOn(port: number): boolean {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = (readProc('self/net/tcp') ?? '').split('\n').map((line) => line.trim().split(/\s+/));
  return lines.some(([, address = '', , state]) => state === '0A' && address.endsWith(local));
}

interface Inspector {
  /** @throws when no answer comes in time. */
  call(method: string, params?: object): Promise<unknown>;
  /** Afterwards nobody is attached: a program that ends while somebody is waits for him, and that would be told as its own wait. */
  end(): Promise<void>;
}

/** The Chrome DevTools protocol: `GET /json/list` names the WebSocket. */
async function connectTo(port: number): Promise<Inspector | undefined> {
  const signal = AbortSignal.timeout(ANSWERS_WITHIN_MS);
  const list = await fetch(`http://127.0.0.1:${port}/json/list`, { signal }).then(
    async (response) => (await response.json()) as { webSocketDebuggerUrl: string }[],
    () => [],
  );
  const [target] = list;
  if (!target) return undefined;
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  const answers = new Map<number, (result: unknown) => void>();
  socket.addEventListener('message', ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as { id?: number; result?: unknown };
    if (id !== undefined) answers.get(id)?.(result);
  });
  let calls = 0;
  const send = (method: string, params: object = {}): number => {
    socket.send(JSON.stringify({ id: ++calls, method, params }));
    return calls;
  };
  const opened = await inTime<true>((resolve) => socket.addEventListener('open', () => resolve(true))).catch(() => undefined);
  if (!opened) return undefined;
  return {
    call: (method, params) => inTime((resolve) => answers.set(send(method, params), resolve)),
    async end() {
      const closed = inTime<true>((resolve) => socket.addEventListener('close', () => resolve(true)), CLOSES_WITHIN_MS);
      // Node closes the connection with its inspector. One that is ending already asks nothing any more, and waits for us to go.
      send('Runtime.evaluate', { expression: 'process._debugEnd()' });
      await closed.catch(() => socket.close());
    },
  };
}

function inTime<T>(wait: (resolve: (value: T) => void) => void, withinMs = ANSWERS_WITHIN_MS): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the inspector gives no answer')), withinMs);
    wait((value) => {
      clearTimeout(timer);
      resolve(value);
    });
  });
}
