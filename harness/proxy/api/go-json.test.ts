import { expect, test } from 'vitest';
import { parseGoJson } from './go-json.ts';

// Each of these words was seen from Go's encoding/json.
test.each([
  ['', 'EOF'],
  ['  \n', 'EOF'],
  ['{', 'unexpected EOF'],
  ['{"a"', 'unexpected EOF'],
  ['"abc', 'unexpected EOF'],
  ['xx', "invalid character 'x' looking for beginning of value"],
  ['{a:1}', "invalid character 'a' looking for beginning of object key string"],
  ['{"a" 1}', "invalid character '1' after object key"],
  ['{"a":1 "b"}', `invalid character '"' after object key:value pair`],
  ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
  ['[1 2]', "invalid character '2' after array element"],
  ['[1,]', "invalid character ']' looking for beginning of value"],
  ['"a\nb"', "invalid character '\\n' in string literal"],
  ['"\\x"', "invalid character 'x' in string escape code"],
  ['"\\u12g4"', "invalid character 'g' in \\u hexadecimal character escape"],
  ['-x', "invalid character 'x' in numeric literal"],
  ['1.x', "invalid character 'x' after decimal point in numeric literal"],
  ['1ex', "invalid character 'x' in exponent of numeric literal"],
  ['nul!', "invalid character '!' in literal null (expecting 'l')"],
  ['['.repeat(1000), 'exceeded max depth'],
])('%j gives %s', (text, error) => {
  expect(parseGoJson(text)).toEqual({ error });
});

test.each([
  ['{"a":[1,-2.5e3,"\\u00e9",true,false,null,{}]}', { a: [1, -2500, 'é', true, false, null, {}] }],
  ['{"a":1} trailing', { a: 1 }],
  ['{"a":1}{"b":', { a: 1 }],
  [' 12 ', 12],
  ['[]', []],
])('%j is read', (text, value) => {
  expect(parseGoJson(text)).toEqual({ value });
});
