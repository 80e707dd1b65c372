// Secrets of the runner: the values of its variables whose name or value says that they are secret.
import { redactor, type Redactor } from '../../model/secrets/redact.ts';
import { secretsInVariables } from '../../model/secrets/secret-values.ts';

export function redactorHere(): Redactor {
  return redactor(secretsInVariables(process.env));
}
