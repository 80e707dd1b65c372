// Who a connection belongs to, read from the first thing that its dialler sends. From an HTTP request these are the value
// of `X-Tornwire-Label`, the target, its path and each `key=value` of its query. From the preamble of the stdio shim it is
// the stream's name. A toxic names one of them to pick connections.

export interface Labels {
  /** The one to show: the header's value or else the target. */
  label: string;
  all: ReadonlySet<string>;
}

const HEAD_BYTES_MAX = 8 * 1024;
const PREAMBLE = '{"stream":';
const REQUEST_LINE = /^[A-Z]+ (\S+) HTTP\/1\.[01]\r?\n/;
const MAY_BEGIN_REQUEST = /^[A-Z]{1,20}( |$)/;

export class LabelReader {
  #head = '';
  #done = false;
  readonly #found: (labels: Labels) => void;

  constructor(found: (labels: Labels) => void) {
    this.#found = found;
  }

  see(chunk: Buffer): void {
    if (this.#done) return;
    this.#head += chunk.toString('latin1', 0, HEAD_BYTES_MAX - this.#head.length);
    if (PREAMBLE.startsWith(this.#head.slice(0, PREAMBLE.length))) {
      this.#seePreamble();
      return;
    }
    const end = /\r?\n\r?\n/.exec(this.#head);
    this.#done =
      end !== null || this.#head.length >= HEAD_BYTES_MAX || !MAY_BEGIN_REQUEST.test(this.#head.slice(0, 21).split(' ')[0] + ' ');
    if (end === null) return;
    const labels = labelsOf(this.#head.slice(0, end.index));
    this.#head = '';
    if (labels !== undefined) this.#found(labels);
  }

  #seePreamble(): void {
    const end = this.#head.indexOf('\n');
    this.#done = end >= 0 || this.#head.length >= HEAD_BYTES_MAX;
    if (end < 0) return;
    const labels = preambleLabels(this.#head.slice(0, end));
    this.#head = '';
    if (labels !== undefined) this.#found(labels);
  }
}

function preambleLabels(line: string): Labels | undefined {
  try {
    const { stream, session } = JSON.parse(line) as { stream?: unknown; session?: unknown };
    if (typeof stream !== 'string') return undefined;
    return { label: stream, all: new Set([stream, `session=${String(session)}`]) };
  } catch {
    return undefined;
  }
}

function labelsOf(head: string): Labels | undefined {
  const target = REQUEST_LINE.exec(`${head}\r\n`)?.[1];
  if (target === undefined) return undefined;
  const header = /^x-tornwire-label:[ \t]*(.*?)[ \t]*$/im.exec(head)?.[1];
  const [path = '', query = ''] = target.split('?', 2);
  const all = new Set([target, path, ...query.split('&').filter((pair) => pair !== '')]);
  if (header) all.add(header);
  return { label: header ? header : target, all };
}
