// What `tornwire explain` says about one code.

export interface Explanation {
  /** What the message means, in whole sentences. */
  means: string;
  /** What causes it most often, the most frequent first. */
  causes: readonly string[];
  /** What to look at, or to run, to know more. */
  closer: readonly string[];
  /** The page about it, below docs/. */
  page: string;
}

const VERDICTS = 'explanation/verdicts.md';
const HISTORY =
  'Open the history.ndjson that the message names, and read the events whose numbers (seq) the finding lists in summary.json.';
const LOGS = "Read the node's log beside the history: it has what the program printed, with its times.";
export const REPLAY = 'Run the replay line that stands under the message: it plays the same case with the same seed.';

/** Of a finding: where it is, and how it is seen again, are the same for all. */
export function finding(means: string, causes: readonly string[], closer: readonly string[] = [], page = VERDICTS): Explanation {
  return { means, causes, closer: [...closer, HISTORY, LOGS, REPLAY], page };
}
