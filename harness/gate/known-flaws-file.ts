// The known flaws of a project: `tornwire.accept.yaml` beside its scenarios/.
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { type KnownFlaw, knownFlawSchema } from '../model/judging/known-flaw.ts';
import { readSettings } from './settings-file.ts';

const knownFlawsSchema = z.strictObject({
  version: z.literal(1).default(1),
  accept: z.array(knownFlawSchema).default([]),
});

/** None without the file. @throws SettingsError */
export async function readKnownFlaws(file: string): Promise<readonly KnownFlaw[]> {
  return existsSync(file) ? (await readSettings(file, 'known flaws', knownFlawsSchema)).accept : [];
}
