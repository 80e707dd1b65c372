// What several commands share: their workers, and options that are read with a rule.
import { InvalidArgumentError, Option } from 'commander';
import { ISOLATIONS } from '../model/isolation.ts';
import { milliseconds, type Duration } from '../model/time/duration.ts';
import { REPORT_WHEN } from './campaign/report-when.ts';
import type { Crew } from './worker/crew.ts';

/** The first worker comes up while the command itself is still being loaded. @param root by default the project's */
export async function withCrew(
  asked: (typeof ISOLATIONS)[number],
  command: (crew: Crew) => Promise<number>,
  root?: string,
): Promise<number> {
  const here = import('./base/isolation.ts').then(({ isolationHere }) => isolationHere(asked));
  const [{ crewFor }, { projectAt }, isolation] = await Promise.all([import('./worker/crew.ts'), import('./project/project.ts'), here]);
  await using crew = crewFor(root ?? projectAt(process.cwd()).root, isolation);
  crew.begin();
  return await command(crew);
}

/** How the cases of processes are kept apart. */
export function isolation(): Option {
  return new Option('--isolation <way>', 'what a case of processes gets for itself: a box of namespaces, or a loopback address')
    .choices([...ISOLATIONS])
    .default('auto');
}

export function duration(text: string): string {
  try {
    if (milliseconds(text as Duration) > 0) return text;
  } catch {
    // Said below, with an example.
  }
  throw new InvalidArgumentError('it must be a time such as 90s, 30min or 8h, at most a year (8760h).');
}

export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (text.trim() === '' || !Number.isInteger(number) || number < min || number > max)
      throw new InvalidArgumentError(`it must be a whole number from ${min} to ${max}.`);
    return number;
  };
}

/** When the HTML report is written. */
export function reportWhen(): Option {
  return new Option('--report <when>', 'write report.html beside the summary: when something failed or was unknown, always, or never')
    .choices([...REPORT_WHEN])
    .default('failures');
}
