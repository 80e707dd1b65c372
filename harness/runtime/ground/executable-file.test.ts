import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeExecutable } from './executable-file.ts';

test('no child can be forked while the file is open: it is whole and can be started when the call returns', () => {
  const folder = mkdtempSync(join(tmpdir(), 'executable-'));
  const before = process.umask(0o077);
  try {
    const path = join(folder, 'program');
    writeExecutable(path, '#!/bin/sh\nexit 7\n');
    expect(spawnSync(path).status).toBe(7);
    expect(statSync(path).mode & 0o777).toBe(0o755);
  } finally {
    process.umask(before);
    rmSync(folder, { recursive: true, force: true });
  }
});
