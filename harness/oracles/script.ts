// The script's own findings: an assertion that did not hold, or a client's error that the scenario did not expect.
// Its first line is the script's own sentence, and the place of the failure is added to it.
import { eventsOf } from '../model/judging/history.ts';
import type { Oracle } from '../model/judging/oracle.ts';
import type { SeenCrash } from '../model/judging/said-by-check.ts';
import { failOrPass, type Finding } from '../model/judging/verdict.ts';
import { lastWords } from './evidence/last-words.ts';

const QUOTED_LINES_MAX = 12;

export const script: Oracle = {
  name: 'script',
  question: 'Did everything that the script asserts hold?',
  judge: (history) =>
    failOrPass(
      'script',
      eventsOf(history, 'script').map((event) => {
        const { crash, ...said } = event.said ?? {};
        const { quotes = [], ...facts } = crash ? factsOf(crash) : {};
        return {
          code: 'TW-SCRIPT' as const,
          ...said,
          ...facts,
          message: [withPlace(event), ...quotes].join('\n'),
          events: [event.seq],
        };
      }),
    ),
};

/** As the crash oracle has them, so that one bug is known as such. */
function factsOf({ node, lines }: SeenCrash): Pick<Finding, 'cause' | 'subject'> & { quotes: string[] } {
  const { error, quoted } = lastWords(lines, QUOTED_LINES_MAX);
  const quotes = quoted.map((index) => `  | ${lines[index]}`);
  return { subject: node, quotes, ...(error !== undefined && { cause: error }) };
}

/** Behind the first line: what an assertion compares may fill many. */
function withPlace({ error, place }: { error: string; place?: string }): string {
  if (place === undefined) return error;
  const [sentence = '', ...below] = error.split('\n');
  return [`${sentence} (${place})`, ...below].join('\n');
}
