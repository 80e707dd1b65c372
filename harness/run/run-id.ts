// A name that no other run on this machine has: start time, process and a count. It is short enough for socket paths.
let count = 0;

export function newRunId(): string {
  return `${Date.now().toString(36).slice(-6)}${process.pid.toString(36)}${(++count).toString(36)}`;
}
