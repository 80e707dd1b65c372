// HTML that cannot be broken by what is put into it: every value becomes text. Captured text is hostile, so control characters and marks
// that turn the direction of writing are replaced as for a terminal.
import { plain } from '../../plain.ts';

export class Html {
  readonly markup: string;
  constructor(markup: string) {
    this.markup = markup;
  }
}

type Value = string | number | Html | readonly Html[] | undefined | false;

/** A template whose values are text or other templates. A value in an attribute stands in double quotes. */
export function html(pieces: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(pieces.reduce((text, piece, index) => `${text}${markupOf(values[index - 1])}${piece}`));
}

export function escaped(text: string): string {
  return plain(text.toWellFormed()).replaceAll(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);
}

/** JSON that may stand in a script element: nothing in it ends the element. */
export function scriptJson(value: unknown): Html {
  return new Html(
    JSON.stringify(value).replaceAll(
      /[<>&\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g,
      (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  );
}

function markupOf(value: Value): string {
  if (value === undefined || value === false) return '';
  if (value instanceof Html) return value.markup;
  if (typeof value === 'object') return value.map(({ markup }) => markup).join('');
  return escaped(String(value));
}
