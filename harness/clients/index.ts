// The door of `tornwire/clients`: clients for scripts and adapters, each bound to a link of the topology or, for reading state, to a
// listener past all proxies. What they do is recorded, and they end with the case.
import '../node-22.ts';

export { httpClient } from './http.ts';
export type { HttpAnswer, HttpClient, HttpOptions, HttpRequest } from './http.ts';
export { openJsonLines } from './json-lines.ts';
export type { JsonLines, JsonLinesOptions } from './json-lines.ts';
export { JsonRpcError, openJsonRpc } from './json-rpc.ts';
export type { JsonRpcClient, JsonRpcNotification, JsonRpcOptions } from './json-rpc.ts';
export { openEvents } from './server-sent-events.ts';
export type { EventsRequest, EventStream, ServerSentEvent } from './server-sent-events.ts';
export type { Asking, Target } from './target.ts';
export type { Inbox, Wanted } from './inbox.ts';
export { openWebSocket } from './websocket.ts';
export type { WebSocketClient, WebSocketMessage, WebSocketOptions } from './websocket.ts';
export { outcomeOf } from './outcome.ts';
