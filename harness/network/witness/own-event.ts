// Turns an event of our own proxy into the words of a network's sink, with the time at which it happened on our clock.
import type { Hit } from '../../model/judging/history.ts';
import type { Hit as ProxyHit, ProxyEvent } from '../../proxy/wire/wire-types.ts';
import { nameOfApi } from '../api/api-name.ts';
import type { NetworkSink } from '../api/network-sink.ts';

export function tell(event: ProxyEvent, link: string, sink: NetworkSink, causedMs: number): void {
  switch (event.event) {
    case 'connection-opened':
      return sink.connection({ link, connection: event.connection, state: 'opened' }, causedMs);
    case 'connection-closed':
      return sink.connection({ link, connection: event.connection, state: 'closed', ...(event.ended && { ended: event.ended }) }, causedMs);
    case 'frame': {
      const { connection, direction, index, type, offset, length, payload } = event;
      const contents = { ...(length !== undefined && { bytes: length }), ...(payload !== undefined && { payload }) };
      return sink.frame({ link, connection, direction, index, type, offset, ...contents }, causedMs);
    }
    case 'frame-error': {
      const { connection, direction, offset, reason, line, wrong } = event;
      const quoted = { ...(line !== undefined && { line }), ...(wrong && { wrong }) };
      return sink.frameError({ link, connection, direction, offset, reason, ...quoted }, causedMs);
    }
    case 'match-too-large':
    case 'match-unreadable':
    case 'hold-too-large':
      // The armed fault could not do its work on these bytes, which is never to pass in silence.
      return sink.broken(`own: '${nameOfApi(event.toxic)}' on ${link}: ${event.event}: ${event.reason}`);
    case 'listener-failed':
      return sink.broken(`own: the proxy of ${link} does not listen: ${event.reason}`);
    case 'toxic-fired':
      // A toxic's name is its step's id: nothing to look up, and no firing is too early or too late.
      return sink.fired(nameOfApi(event.toxic), hitOf(event), causedMs - (event.tookMs ?? 0));
    default:
      return undefined;
  }
}

function hitOf(event: ProxyHit): Hit {
  const { connection, direction, byteOffset, frameIndex, offsetInFrame, bytesForwarded, fidelity, boundaries, vouched, ended, around } =
    event;
  return {
    connection,
    direction,
    byteOffset,
    ...(frameIndex !== undefined && { frameIndex }),
    ...(offsetInFrame !== undefined && { offsetInFrame }),
    bytesForwarded,
    ...(fidelity !== undefined && { fidelity }),
    ...(boundaries !== undefined && { boundaries }),
    ...(vouched !== undefined && { vouched }),
    ...(around !== undefined && { around: { bytes: Buffer.from(around.bytes, 'base64').toString('latin1'), at: around.at } }),
    ...(ended !== undefined && { ended: { client: ended.client, upstream: ended.upstream } }),
  };
}
