// Secrets of the runner. If the name of a variable says that it is secret, its value is replaced wherever it would reach
// the disk.
import { redactor } from '../../model/values/redact.ts';

export function redactorHere(): ReturnType<typeof redactor> {
  return redactor(secretsIn(process.env));
}

function secretsIn(environment: NodeJS.ProcessEnv): string[] {
  return Object.entries(environment).flatMap(([name, value]) =>
    /token|secret|password|passwd|api_?key|credential/i.test(name) && value && value.length >= 6 ? [value] : [],
  );
}
