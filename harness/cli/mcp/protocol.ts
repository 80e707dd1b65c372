// The server's side of MCP over stdio: one JSON-RPC message on each line, tools and nothing else. The SDK has more than 90 packages, most
// of them for HTTP; what a server of tools needs is this. The real client of the SDK tests it.
// https://modelcontextprotocol.io/specification/2025-11-25/basic
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { z } from 'zod';
import { VERSION } from '../base/version.ts';

export interface Tool {
  name: string;
  title: string;
  description: string;
  input: z.ZodType;
  /** It reads, and starts nothing. */
  readOnly: boolean;
  /** What it throws is told to the model as the tool's error. */
  call(input: unknown, calling: Calling): Promise<ToolResult>;
}

export interface Calling {
  /** Aborted when the client cancels the call or is gone. */
  signal: AbortSignal;
  progress(done: number, total: number, message: string): void;
}

export interface ToolResult {
  text: string;
  structured?: object;
  isError?: boolean;
}

/** Newest first; a client that asks for another one is answered with the newest, and ends the talk if it does not know that. */
const VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'];

const PARSE_ERROR = -32700;
const INVALID_REQUEST = -32600;
const METHOD_NOT_FOUND = -32601;
const INVALID_PARAMS = -32602;

const idSchema = z.union([z.string(), z.number()]);
const messageSchema = z.object({
  jsonrpc: z.literal('2.0'),
  id: idSchema.optional(),
  method: z.string().optional(),
  params: z.record(z.string(), z.unknown()).optional(),
});
const callSchema = z.object({
  name: z.string(),
  arguments: z.record(z.string(), z.unknown()).default({}),
  _meta: z.object({ progressToken: idSchema.optional() }).optional(),
});
type Id = z.infer<typeof idSchema>;

class ProtocolError extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** Resolves when the input has ended and every call with it. */
export async function serveTools(tools: readonly Tool[], instructions: string, input: Readable, output: Writable): Promise<void> {
  const running = new Map<Id, { stop: AbortController; ended: Promise<void> }>();
  const send = (message: object): void => void output.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const answer = async (id: Id, method: string, params: Record<string, unknown>, signal: AbortSignal): Promise<void> => {
    try {
      const result = await resultOf(method, params, { tools, instructions, send, signal });
      // Who has cancelled a call is sent nothing more of it.
      if (!signal.aborted) send({ id, result });
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      send({ id, error: { code: error.code, message: error.message } });
    }
  };
  for await (const line of createInterface({ input })) {
    if (line.trim() === '') continue;
    const message = messageIn(line);
    if ('error' in message) {
      send({ id: null, ...message });
      continue;
    }
    const { id, method, params = {} } = message;
    if (method === 'notifications/cancelled') running.get(params['requestId'] as Id)?.stop.abort();
    if (method === undefined || id === undefined) continue;
    const stop = new AbortController();
    const ended = answer(id, method, params, stop.signal).finally(() => running.delete(id));
    running.set(id, { stop, ended });
  }
  for (const { stop } of running.values()) stop.abort();
  await Promise.all([...running.values()].map(({ ended }) => ended));
}

function messageIn(line: string): z.infer<typeof messageSchema> | { error: { code: number; message: string } } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { error: { code: PARSE_ERROR, message: 'this line is no JSON' } };
  }
  const parsed = messageSchema.safeParse(value);
  return parsed.success ? parsed.data : { error: { code: INVALID_REQUEST, message: 'this is no message of JSON-RPC 2.0' } };
}

interface Serving {
  tools: readonly Tool[];
  instructions: string;
  send: (message: object) => void;
  signal: AbortSignal;
}

async function resultOf(method: string, params: Record<string, unknown>, serving: Serving): Promise<object> {
  switch (method) {
    case 'initialize': {
      const asked = params['protocolVersion'];
      return {
        protocolVersion: VERSIONS.find((version) => version === asked) ?? VERSIONS[0],
        capabilities: { tools: {} },
        serverInfo: { name: 'tornwire', version: VERSION },
        instructions: serving.instructions,
      };
    }
    case 'ping':
      return {};
    case 'tools/list':
      return { tools: serving.tools.map(describedTool) };
    case 'tools/call':
      return await called(params, serving);
    default:
      throw new ProtocolError(METHOD_NOT_FOUND, `no method '${method}'`);
  }
}

function describedTool({ name, title, description, input, readOnly }: Tool): object {
  const annotations = { readOnlyHint: readOnly, destructiveHint: false, openWorldHint: !readOnly };
  return { name, title, description, inputSchema: z.toJSONSchema(input, { io: 'input' }), annotations };
}

async function called(params: Record<string, unknown>, { tools, send, signal }: Serving): Promise<object> {
  const asked = callSchema.safeParse(params);
  const tool = tools.find(({ name }) => name === params['name']);
  if (!asked.success || !tool) throw new ProtocolError(INVALID_PARAMS, `no tool '${String(params['name'])}'`);
  const input = tool.input.safeParse(asked.data.arguments);
  if (!input.success) throw new ProtocolError(INVALID_PARAMS, `${tool.name}: ${z.prettifyError(input.error)}`);
  const progressToken = asked.data._meta?.progressToken;
  const progress: Calling['progress'] = (done, total, message) => {
    if (progressToken !== undefined && !signal.aborted)
      send({ method: 'notifications/progress', params: { progressToken, progress: done, total, message } });
  };
  const {
    text,
    structured,
    isError = false,
  } = await tool.call(input.data, { signal, progress }).catch((error: unknown) => ({
    text: error instanceof Error ? error.message : String(error),
    structured: undefined,
    isError: true,
  }));
  return { content: [{ type: 'text', text }], isError, ...(structured && { structuredContent: structured }) };
}
