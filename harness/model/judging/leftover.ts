// What a run left alive or on disk after everything was stopped: a runtime finds it, the history keeps it, an oracle judges it.

export interface Leftover {
  what: 'process' | 'container' | 'network' | 'socket-file' | 'file';
  detail: string;
  node?: string;
  /** Of one process. */
  pid?: number;
  /** Of processes: all that were left together slept, so none of them waited for a processor. */
  asleep?: true;
}
