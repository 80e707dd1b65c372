// What a run left alive or on disk after everything was stopped: a runtime finds it, the history keeps it, an oracle judges it.

export interface Leftover {
  what: 'process' | 'container' | 'network' | 'socket-file' | 'file';
  detail: string;
  node?: string;
  /** Of a file that no node may leave: see `Place`. */
  place?: Place;
  /** Of one process. */
  pid?: number;
  /** Of a process: its words, its age in ms when it was seen, and whose child it was then. */
  command?: string;
  ageMs?: number;
  parent?: { pid: number; command: string };
  /** Of processes: all that were left together slept, so none of them waited for a processor. */
  asleep?: true;
}

/**
 * Where a file lies: the node's `{home}`, its TMPDIR (`{tmp}`), or in a box one of the folders that the case has for itself (/tmp,
 * /var/tmp, /dev/shm), where nobody can tell which of its programs wrote it.
 */
export type Place = 'home' | 'tmp' | 'box';
