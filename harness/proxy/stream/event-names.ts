// What the proxy can tell of: the names of its events.

export type EventName =
  | 'proxy-started'
  | 'proxy-stopped'
  | 'proxy-deleted'
  | 'listener-failed'
  | 'connection-opened'
  | 'connection-labelled'
  | 'connection-closed'
  | 'frame'
  | 'frame-error'
  | 'match-too-large'
  | 'match-unreadable'
  | 'hold-too-large'
  | 'beyond-frame'
  | 'toxic-armed'
  | 'toxic-updated'
  | 'toxic-fired'
  | 'toxic-released'
  | 'toxic-removed';
