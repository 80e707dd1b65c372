// What real programs say and how they end, of those that are on this machine.
import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { isUncaught } from './uncaught.ts';

test.each([
  ['an error', '1/0', true],
  ['an error in a group', 'raise ExceptionGroup("x", [ValueError("y")])', true],
  ['an error, and words after it', 'import atexit, sys\natexit.register(lambda: print("bye", file=sys.stderr))\n1/0', true],
  ['an error that it only logs', 'import logging\ntry: 1/0\nexcept ZeroDivisionError: logging.exception("caught")', false],
  [
    'an error that it only logs, and it ends with a code of its own',
    'import logging, sys\ntry: 1/0\nexcept ZeroDivisionError: logging.exception("caught")\nsys.exit(3)',
    false,
  ],
  [
    'an error that a function only logs, and it ends with code 1',
    'import logging, sys\ndef main():\n  try: 1/0\n  except ZeroDivisionError: logging.exception("caught"); sys.exit(1)\nmain()',
    false,
  ],
  [
    'an error that a function only prints, and it ends with code 1',
    'import traceback, sys\ndef main():\n  try: 1/0\n  except ZeroDivisionError: traceback.print_exc(); sys.exit(1)\nmain()',
    false,
  ],
  [
    'an error that its module only logs, and it ends with code 1',
    'import logging, sys\ntry: 1/0\nexcept ZeroDivisionError: logging.exception("caught"); sys.exit(1)',
    false,
  ],
  [
    'an error that its module prints itself, which says the same bytes as one that nobody has caught',
    'import traceback, sys\ntry: 1/0\nexcept ZeroDivisionError: traceback.print_exc(); sys.exit(1)',
    true,
  ],
  ['an error that it logs and raises again', 'import logging\ntry: 1/0\nexcept ZeroDivisionError: logging.exception("seen"); raise', true],
  ['an error with a cause', 'try: 1/0\nexcept ZeroDivisionError as error: raise ValueError("y") from error', true],
  ['an error in a function', 'import sys\ndef main(): 1/0\nprint("INFO begins", file=sys.stderr)\nmain()', true],
  ['an error in a thread, which ends alone', 'import threading\nthreading.Thread(target=lambda: 1/0).start()', false],
  ['an exit code', 'import sys\nsys.exit(1)', false],
])('Python with %s', async (_, source, uncaught) => {
  const { lines, code } = await ranTo('python3', ['-c', source]);
  expect(isUncaught(lines, { code })).toBe(uncaught);
});

test.each([
  ['an error', 'throw new Error("x")', true],
  ['a rejection', 'Promise.reject(new Error("x"))', true],
  ['an error event', 'new (require("events"))().emit("error", new Error("x"))', true],
  ['an error that it only logs', 'console.error(new Error("write EPIPE")); process.exit(1)', false],
])('Node with %s', async (_, source, uncaught) => {
  const { lines, code } = await ranTo(process.execPath, ['-e', source]);
  expect(isUncaught(lines, { code })).toBe(uncaught);
});

function ranTo(program: string, words: readonly string[]): Promise<{ lines: string[]; code: number | null }> {
  const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ lines: said.split('\n'), code }));
  });
}
