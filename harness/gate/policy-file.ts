// A policy as people write it.
import { defaultPolicy, policySchema, type Policy } from '../model/policy.ts';
import { readSettings } from './settings-file.ts';

/** The built-in policy without a file, or with one that is empty. @throws SettingsError */
export async function readPolicy(file: string | undefined): Promise<Policy> {
  return file === undefined ? defaultPolicy() : readSettings(file, 'policy', policySchema);
}
