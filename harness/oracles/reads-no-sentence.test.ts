// Facts of ours are fields: an oracle that looked into a sentence of ours would change its verdict with our words, and with a user's
// words that sound like ours. Calls are found by their names, so an array is asked with `some` and a Set with `has`.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** What others wrote has no fields. These files, and no others, look into such text. */
const TEXT_OF_OTHERS: Readonly<Record<string, string>> = {
  'evidence/last-words.ts': 'the output of a program that has died',
  'handshake-keys.ts': 'payloads of frames',
  'leak/warnings.ts': 'what a runtime prints on stderr',
  'script.ts': 'the message of an error that the script threw',
};

const LOOKS_INTO_TEXT = /\.(?:includes|startsWith|endsWith|indexOf|match|matchAll|test|exec|search|split)\(|RegExp/;

test.each([
  "next.what.includes('ends')",
  'leftover.detail.startsWith(`${pid} `)',
  "/^it came \\d+ ms/.test(unmet?.lastSeen ?? '')",
  "name.split(' ')",
])('%s looks into text', (line) => expect(line).toMatch(LOOKS_INTO_TEXT));

test('no oracle looks into text but into what others wrote', () => {
  const sources = globSync('**/*.ts', { cwd: import.meta.dirname }).filter((file) => !/\.(?:test|contract)\.ts$/.test(file));
  const looking = sources.filter((file) => LOOKS_INTO_TEXT.test(readFileSync(join(import.meta.dirname, file), 'utf8')));
  expect(looking.toSorted()).toEqual(Object.keys(TEXT_OF_OTHERS).toSorted());
});
