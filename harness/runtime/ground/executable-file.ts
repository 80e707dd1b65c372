// An executable file that may be started at once, whatever else this process starts meanwhile.
import { chmodSync, writeFileSync } from 'node:fs';

/**
 * It is written without a pause. A child that this process forks while the file is open for writing has it open too, until it becomes
 * its program, and to execute a file that anyone has open for writing fails (execve(2), ETXTBSY). No child is forked inside this call.
 * @throws Error of the file system, such as ENOSPC
 */
export function writeExecutable(path: string, text: string): void {
  writeFileSync(path, text);
  // A node of another user must be able to start it, whatever the umask.
  chmodSync(path, 0o755);
}
