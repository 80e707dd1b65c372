// What the processes of a node occupy.

export interface MemorySample {
  /** All together, in RAM now (VmRSS of /proc/PID/status). */
  residentBytes: number;
  /** The most that one of them was since it started (VmHWM). More processes are no larger ones. */
  peakBytes: number;
  /** What is alive after a collection of garbage; absent where that could not be asked for. */
  liveBytes?: number;
  /** A collector may have left garbage in what is resident; `much`: it takes what the machine has before it collects. */
  garbage?: 'some' | 'much';
}
