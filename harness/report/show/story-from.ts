import type { CaseRow } from '../../results/summary.ts';
import { excerptOf } from '../story/excerpt.ts';
import { proofOf, storyOf, type Story } from '../story/story.ts';

/** @param history its file; what cannot be read of it is told in the story. */
export async function storyFrom(row: CaseRow, history: string): Promise<Story> {
  return storyOf(row, await excerptOf(history, proofOf(row)));
}
