// A run as SARIF 2.1.0: code scanning shows each finding at the line of its scenario. A rule is an oracle and the question that it answers.
import { oneLine } from '../plain.ts';
import { isError, sentenceOf, type ToldCase } from './told-case.ts';

interface AskingOracle {
  name: string;
  question: string;
}

/** @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
export function runSarif(told: readonly ToldCase[], oracles: readonly AskingOracle[], version: string): object {
  const names = [...new Set(told.map(ruleOf))];
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'tornwire', version, rules: names.map((name) => rule(name, oracles)) } },
        results: told.map(resultOf),
      },
    ],
  };
}

function ruleOf({ row }: ToldCase): string {
  return row.defect === null ? (row.oracle ?? 'unknown') : 'missed-defect';
}

function rule(id: string, oracles: readonly AskingOracle[]): object {
  const asked = id === 'missed-defect' ? 'Is a reported bug that was brought back caught by its oracle?' : undefined;
  return { id, shortDescription: { text: oracles.find(({ name }) => name === id)?.question ?? asked ?? `The oracle '${id}' decided.` } };
}

function resultOf(told: ToldCase): object {
  const { row, story, place } = told;
  const text = [
    `${row.title}: ${sentenceOf(told)}`,
    ...(story ? [`expected: ${story.compared.expected}`, `actual: ${story.compared.actual}`] : []),
    `replay: ${row.replay}`,
  ];
  return {
    ruleId: ruleOf(told),
    level: isError(told) ? 'error' : 'warning',
    message: { text: text.map((line) => oneLine(line, 1_000)).join('\n') },
    locations: [{ physicalLocation: { artifactLocation: { uri: encodeURI(place.file) }, region: { startLine: place.line } } }],
    // One bug is one alert, in whatever run it is seen.
    ...(row.fingerprint !== null && { partialFingerprints: { 'tornwire/v1': row.fingerprint } }),
  };
}
