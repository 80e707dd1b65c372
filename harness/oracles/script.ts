// The script's own findings: an assertion that did not hold, or a client's error that the scenario did not expect.
// Its first line is the script's own sentence, and the place of the failure is added to it.
import { eventsOf } from '../model/judging/history.ts';
import type { Oracle } from '../model/judging/oracle.ts';
import { failOrPass } from '../model/judging/verdict.ts';

export const script: Oracle = {
  name: 'script',
  question: 'Did everything that the script asserts hold?',
  judge: (history) =>
    failOrPass(
      'script',
      eventsOf(history, 'script').map((event) => ({
        code: 'TW-SCRIPT' as const,
        ...event.said,
        message: withPlace(event),
        events: [event.seq],
      })),
    ),
};

/** Behind the first line: what an assertion compares may fill many. */
function withPlace({ error, place }: { error: string; place?: string }): string {
  if (place === undefined) return error;
  const [sentence = '', ...below] = error.split('\n');
  return [`${sentence} (${place})`, ...below].join('\n');
}
