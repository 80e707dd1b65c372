// The pages of documentation that messages name. The package brings docs/ beside its compiled files, as the repository has it
// beside harness/.
import { relative } from 'node:path';
import { programFile } from './program-file.ts';

/** Where a page of docs/ (`reference/gate.md`) is, seen from the folder in which the command was given. */
export function docPage(page: string): string {
  return relative(process.cwd(), `${programFile(import.meta.url, '../../../docs')}/${page}`);
}
