// The checks that are broken as SARIF 2.1.0, which code hosts show beside the code. A check that was not proved is a note.
import type { CheckLine } from './check.ts';

/** @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
export function sarif(lines: readonly CheckLine[], version: string): object {
  const told = lines.filter(({ outcome }) => outcome !== 'holds' && outcome !== 'not applicable');
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'tornwire', version, rules: told.map(ruleOf) } },
        results: told.map(({ check, outcome, word, said, cure, closer }) => ({
          ruleId: check,
          level: LEVELS[outcome] ?? 'note',
          message: { text: [`${word}  ${said}`, ...(cure === undefined ? [] : [cure]), closer].join('\n') },
          // A finding is about the program, and code hosts show none without a place.
          locations: [{ physicalLocation: { artifactLocation: { uri: 'package.json' }, region: { startLine: 1 } } }],
        })),
      },
    ],
  };
}

const LEVELS: Partial<Record<CheckLine['outcome'], string>> = { broken: 'error', habit: 'warning' };

function ruleOf({ check, title, rule }: CheckLine): object {
  return {
    id: check,
    shortDescription: { text: title },
    fullDescription: { text: `${rule.source}: ${rule.says}` },
    ...(rule.url !== undefined && { helpUri: rule.url }),
  };
}
