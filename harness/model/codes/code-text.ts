// Where a code stands in a message: in brackets at the end of its first line, so that the words before it stay what they are.

export function behindFirstLine(message: string, code: string | undefined): string {
  if (code === undefined) return message;
  const [first = '', ...rest] = message.split('\n');
  return [`${first} [${code}]`, ...rest].join('\n');
}
