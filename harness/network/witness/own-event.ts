// Turns an event of our own proxy into the words of a network's sink.
import type { Hit } from '../../model/judging/history.ts';
import type { Direction } from '../../model/system/link.ts';
import { nameOfApi } from '../api/api-name.ts';
import type { NetworkSink } from '../api/network-sink.ts';

/** An event as the proxy writes it; which fields there are depends on its name. */
export interface ProxyEvent {
  seq: number;
  event: string;
  proxy: string;
  toxic: string;
  connection: number;
  direction: Direction;
  index: number;
  type: string;
  offset: number;
  length?: number;
  payload?: string;
  reason?: string;
  ended?: { client: string; upstream: string };
  byteOffset: number;
  frameIndex?: number;
  offsetInFrame?: number;
  bytesForwarded?: number;
  fidelity?: Hit['fidelity'];
  boundaries?: number;
  vouched?: number;
  error?: string;
  from: number;
  to: number;
}

export function tell(event: ProxyEvent, link: string, sink: NetworkSink): void {
  const { connection, direction, offset } = event;
  switch (event.event) {
    case 'connection-opened':
      return sink.connection({ link, connection, state: 'opened' });
    case 'connection-closed':
      return sink.connection({ link, connection, state: 'closed', ...(event.ended && { ended: event.ended }) });
    case 'frame':
      return sink.frame({
        link,
        connection,
        direction,
        index: event.index,
        type: event.type,
        offset,
        ...(event.length !== undefined && { bytes: event.length }),
        ...(event.payload !== undefined && { payload: event.payload }),
      });
    case 'frame-error':
      return sink.frameError({ link, connection, direction, offset: offset ?? 0, reason: event.reason ?? 'no reason given' });
    case 'match-too-large':
    case 'match-unreadable':
    case 'hold-too-large':
      // The armed fault could not do its work on these bytes, which is never to pass in silence.
      return sink.broken(`own: '${nameOfApi(event.toxic)}' on ${link}: ${event.event}: ${event.reason ?? 'no reason given'}`);
    case 'listener-failed':
      return sink.broken(`own: the proxy of ${link} does not listen: ${event.reason ?? event.error ?? 'no reason given'}`);
    case 'toxic-fired':
      // A toxic's name is its step's id: nothing to look up, and no firing is too early or too late.
      return sink.fired(nameOfApi(event.toxic), hitOf(event));
    default:
      return undefined;
  }
}

function hitOf(event: ProxyEvent): Hit {
  const { connection, direction, byteOffset, frameIndex, offsetInFrame, bytesForwarded, fidelity, boundaries, vouched, ended } = event;
  return {
    connection,
    direction,
    byteOffset,
    ...(frameIndex !== undefined && { frameIndex }),
    ...(offsetInFrame !== undefined && { offsetInFrame }),
    ...(bytesForwarded !== undefined && { bytesForwarded }),
    ...(fidelity !== undefined && { fidelity }),
    ...(boundaries !== undefined && { boundaries }),
    ...(vouched !== undefined && { vouched }),
    ...(ended !== undefined && { ended: { client: ended.client, upstream: ended.upstream } }),
  };
}
