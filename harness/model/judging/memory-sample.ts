// What the processes of a node occupy, all together.

export interface MemorySample {
  /** In RAM now (VmRSS of /proc/PID/status). */
  residentBytes: number;
  /** At most, since they started (VmHWM). */
  peakBytes: number;
  /** What is alive after a collection of garbage; absent where that could not be asked for. */
  liveBytes?: number;
  /** A collector may have left garbage in what is resident; `much`: it takes what the machine has before it collects. */
  garbage?: 'some' | 'much';
}
