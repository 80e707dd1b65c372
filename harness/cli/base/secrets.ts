// Secrets of the runner: values of variables whose names say so are replaced wherever they would reach the disk.
import { redactor } from '../../model/values/redact.ts';

export function redactorHere(): ReturnType<typeof redactor> {
  return redactor(secretsIn(process.env));
}

function secretsIn(environment: NodeJS.ProcessEnv): string[] {
  return Object.entries(environment).flatMap(([name, value]) =>
    /token|secret|password|passwd|api_?key|credential/i.test(name) && value && value.length >= 6 ? [value] : [],
  );
}
