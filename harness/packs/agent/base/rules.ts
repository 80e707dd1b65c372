// The rules that the checks rest on, shortened where "…" stands.
import type { CheckWording, Rule } from '../../../model/check.ts';

const POSIX = 'https://pubs.opengroup.org/onlinepubs/9799919799';

const requirement = (source: string, says: string, url: string): Rule => ({ source, says, url, force: 'requirement' });

const lines = requirement('JSON Lines', 'each line is a valid JSON value', 'https://jsonlines.org');
const signal = requirement(
  'POSIX signal.h, SIGTERM',
  'SIGTERM asks for the end of a program; whoever asks kills it after some seconds, and then its children are nobody’s',
  `${POSIX}/basedefs/signal.h.html`,
);

export const RULES = {
  lines,
  signal,
  hangUp: requirement(
    'POSIX signal.h, SIGHUP',
    'the terminal has gone: the default is to end; who goes on without a terminal was told so by nohup(1)',
    `${POSIX}/basedefs/signal.h.html`,
  ),
  stdinEnd: requirement(
    'POSIX read()',
    'a read of 0 bytes is the end of the input: nothing more will come',
    `${POSIX}/functions/read.html`,
  ),
  parent: requirement(
    'POSIX write(), EPIPE and SIGPIPE',
    'who writes into a pipe that nobody reads is told so, and by default ends',
    `${POSIX}/functions/write.html`,
  ),
  brokenPipe: {
    source: 'POSIX write(), EPIPE',
    says: 'a reader that has gone is an error of a write; who ends well handles it, and a stack trace helps nobody',
    url: `${POSIX}/functions/write.html`,
    force: 'habit',
  },
  backPressure: requirement(
    'POSIX write(), pipes',
    'a full pipe makes a writer wait; what was written is neither lost nor out of order when it is read later',
    `${POSIX}/functions/write.html`,
  ),
  incomplete: requirement(
    'RFC 9112, 8',
    'a message body that uses the chunked transfer coding is incomplete if the zero-sized chunk … has not been received',
    'https://www.rfc-editor.org/rfc/rfc9112#section-8',
  ),
  slowModel: requirement(
    'WHATWG HTML, 9.2 Server-sent events',
    'a stream of events may be interrupted for any time between two of them; only its end is its end',
    'https://html.spec.whatwg.org/multipage/server-sent-events.html',
  ),
  path: requirement(
    'POSIX execvp(), ENOENT',
    'a program that PATH does not lead to is an error of one call; it is reported, or done without',
    `${POSIX}/functions/exec.html`,
  ),
} as const satisfies Record<string, Rule>;

/** Beside whatever is checked: these hold at any time. */
export const BESIDE: NonNullable<CheckWording['beside']> = {
  protocol: { rule: lines, cure: 'Write log lines and banners to stderr.' },
  process: { rule: signal, cure: 'End what was started for a task with the task: start it in a process group, and end the group.' },
  file: {
    rule: requirement(
      'File Hierarchy Standard 3.0, /tmp',
      'a temporary file that nobody needs any more is removed',
      'https://refspecs.linuxfoundation.org/FHS_3.0/fhs/ch03s18.html',
    ),
    cure: 'Remove it before the end.',
  },
};
