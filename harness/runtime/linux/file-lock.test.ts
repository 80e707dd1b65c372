import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { holdFile, isHeld, locksUnavailable } from './file-lock.ts';

test('a file is held until it is let go, and where nothing can be held the reason is told', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tw-lock-'));
  try {
    const file = join(folder, 'owner.json');
    await writeFile(file, '');
    expect(locksUnavailable()).toBeUndefined();
    const held = holdFile(file);
    expect(isHeld(file)).toBe(true);
    held?.[Symbol.dispose]();
    expect(isHeld(file)).toBe(false);

    process.env['TORNWIRE_NO_NATIVE'] = '1';
    expect(locksUnavailable()).toBe('TORNWIRE_NO_NATIVE is set');
    expect(holdFile(file)).toBeUndefined();
    expect(isHeld(file)).toBeUndefined();
  } finally {
    delete process.env['TORNWIRE_NO_NATIVE'];
    await rm(folder, { recursive: true, force: true });
  }
});
