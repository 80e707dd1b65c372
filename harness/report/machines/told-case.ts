import type { CaseRow } from '../../results/summary.ts';
import type { Story } from '../story/story.ts';

/** A case that somebody must look at, with what machines want to know of it. */
export interface ToldCase {
  row: CaseRow;
  /** Absent where it left no history. */
  story?: Story;
  /** Of the scenario; the file is seen from the project, with `/`. */
  place: { file: string; line: number };
}

export function isError({ row }: ToldCase): boolean {
  return row.verdict === 'fail' || row.defect !== null;
}

/** In one sentence. */
export function sentenceOf({ row, story }: ToldCase): string {
  if (row.defect !== null) return `defect ${row.defect} was not caught by oracle ${row.expectedOracle}`;
  return story?.sentence ?? row.findings[0]?.message.split('\n')[0] ?? row.reason ?? row.title;
}
