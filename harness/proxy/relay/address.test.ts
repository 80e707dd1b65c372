import { expect, test } from 'vitest';
import { addressText, parseAddress, resolved } from './address.ts';

test.each([
  ['127.0.0.1:80', { transport: 'tcp', host: '127.0.0.1', port: 80 }],
  ['example.org:0', { transport: 'tcp', host: 'example.org', port: 0 }],
  [':8474', { transport: 'tcp', host: '', port: 8474 }],
  ['', { transport: 'tcp', host: '', port: 0 }],
  ['[::1]:443', { transport: 'tcp', host: '::1', port: 443 }],
  ['localhost:', { transport: 'tcp', host: 'localhost', port: 0 }],
  ['unix:/run/a b', { transport: 'unix', path: '/run/a b' }],
  ['unix:relative', { transport: 'unix', path: 'relative' }],
])('%j is understood', (text, address) => {
  expect(parseAddress(text)).toEqual(address);
});

test.each([
  ['foo', 'address foo: missing port in address'],
  ['::1:80', 'address ::1:80: too many colons in address'],
  ['[::1]', 'address [::1]: missing port in address'],
  ['[::1:80', "address [::1:80: missing ']' in address"],
  ['a:99999', 'address 99999: invalid port'],
  ['a:http!', 'lookup tcp/http!: unknown port'],
  ['unix:', 'address unix:: missing path in address'],
  [`unix:/${'x'.repeat(110)}`, 'a socket'],
])('%j is refused in words', (text, words) => {
  expect(() => parseAddress(text)).toThrow(words);
});

test('is written as it is read', () => {
  for (const text of ['127.0.0.1:80', '[::1]:443', 'unix:/run/x', ':80']) expect(addressText(parseAddress(text))).toBe(text);
});

test('a name is looked up, IPv4 first, and one that is not there is said', async () => {
  expect(await resolved(parseAddress('localhost:5'))).toEqual({ transport: 'tcp', host: '127.0.0.1', port: 5 });
  await expect(resolved(parseAddress('nowhere.invalid:5'))).rejects.toThrow('lookup nowhere.invalid: no such host');
});
