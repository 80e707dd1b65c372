// A known secret in the forms in which it may be met: as it is, in a URL, in JSON, as hex, as base64 at any place of a longer text.

/** Shorter values would blot out ordinary words. */
const VALUE_LENGTH_MIN = 4;
/** Shorter pieces of base64 are found in anything. */
const BASE64_LENGTH_MIN = 8;

/** The longest first, for one may hold another. */
export function formsOf(values: readonly string[]): string[] {
  const forms = values.filter(({ length }) => length >= VALUE_LENGTH_MIN).flatMap(formsOfOne);
  return [...new Set(forms)].toSorted((a, b) => b.length - a.length);
}

function formsOfOne(value: string): string[] {
  const inJson = JSON.stringify(value).slice(1, -1);
  const hex = Buffer.from(value).toString('hex');
  return [
    value,
    // As bytes that are read one character each.
    Buffer.from(value).toString('latin1'),
    inJson,
    JSON.stringify(inJson).slice(1, -1),
    encodeURIComponent(value),
    encodeURIComponent(value).replaceAll('%20', '+'),
    value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;'),
    hex,
    hex.toUpperCase(),
    ...base64Forms(value),
  ];
}

/** Where the value begins at byte 0, 1 or 2 of a group of three; characters that also carry bits of its neighbours are left out. */
function base64Forms(value: string): string[] {
  const whole = Buffer.from(value).toString('base64').replace(/=+$/, '');
  const inner = [0, 1, 2].map((before) => {
    const bytes = before + Buffer.byteLength(value);
    const text = Buffer.from('\0'.repeat(before) + value).toString('base64');
    return text.slice(Math.ceil((before * 8) / 6), Math.floor((bytes * 8) / 6));
  });
  const forms = [whole, ...inner.filter(({ length }) => length >= BASE64_LENGTH_MIN)];
  return forms.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]);
}

export function patternOf(forms: readonly string[]): RegExp | undefined {
  if (forms.length === 0) return undefined;
  return new RegExp(forms.map((form) => form.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join('|'), 'g');
}
