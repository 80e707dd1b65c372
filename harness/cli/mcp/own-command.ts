// A command of our own as a child: its output stays apart from the protocol, and a cancelled call ends as Ctrl+C would end it.
import { spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { programFile } from '../../model/values/program-file.ts';

export interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** A summary of many thousand cases is less. */
const OUTPUT_MAX = 64 * 1_024 * 1_024;

/** @param line called with each line that it says about its progress. */
export function ownCommand(words: readonly string[], signal: AbortSignal, line: (text: string) => void): Promise<Ended> {
  const main = programFile(import.meta.url, '../../main.ts');
  const child = spawn(process.execPath, [main, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  const interrupt = (): void => void child.kill('SIGINT');
  signal.addEventListener('abort', interrupt, { once: true });
  if (signal.aborted) interrupt();
  let out = '';
  let err = '';
  let begun = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (out.length < OUTPUT_MAX) out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (err.length < OUTPUT_MAX) err += text;
    const lines = `${begun}${text}`.split('\n');
    begun = lines.pop() ?? '';
    lines.forEach((each) => line(stripVTControlCharacters(each)));
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      signal.removeEventListener('abort', interrupt);
      resolve({ code, out, err: stripVTControlCharacters(err) });
    });
  });
}
