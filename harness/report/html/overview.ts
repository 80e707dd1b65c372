// The run as a whole: outcomes and durations by scenario, what faults really did on which link, known flaws, flakes with their rate,
// and what is not known.
import { rateOf, rateText } from '../../model/values/rate.ts';
import { isCaught, type CaseRow, type Summary } from '../../results/summary.ts';
import { countsLine } from '../terminal.ts';
import type { Firing, RunView } from '../view/run-view.ts';
import { html, type Html } from './base/html.ts';

export function overview({ summary, firings, trends }: RunView): Html {
  return html`<section id="run" aria-labelledby="run-title">
    <h2 id="run-title">The run</h2>
    <p>${countsLine(summary)}; seed ${summary.seed}, began ${summary.startedAt}.</p>
    ${scenarios(summary, trends)} ${byOracle(summary.cases)} ${matrix(firings)} ${flaws(summary)} ${flakes(summary.cases)}
    ${notKnown(summary)}
  </section>`;
}

function scenarios({ cases }: Summary, trends: ReadonlyMap<string, readonly string[]>): Html {
  const groups = [...Map.groupBy(cases, (row) => `${row.scenario}${row.defect === null ? '' : ` + ${row.defect}`}`)];
  if (groups.length === 0) return html`<p>No case was played.</p>`;
  const longest = Math.max(1, ...cases.map(({ durationMs }) => durationMs));
  return html`<h3>Scenarios</h3>
    <div class="scroll" role="group" aria-label="Scenarios" tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">Scenario</th>
            <th scope="col">Outcome</th>
            <th scope="col">By</th>
            <th scope="col" class="n">Median</th>
            <th scope="col">Share of the longest</th>
            <th scope="col">Earlier runs</th>
          </tr>
        </thead>
        <tbody>
          ${groups.map(([name, rows]) => {
            const times = rows.map(({ durationMs }) => durationMs).toSorted((a, b) => a - b);
            const median = times[Math.floor(times.length / 2)] ?? 0;
            const worst = rows.find(({ verdict }) => verdict === 'fail') ?? rows.find(({ verdict }) => verdict === 'unknown') ?? rows[0];
            return html`<tr>
              <th scope="row">${name}</th>
              <td class="${worst?.verdict ?? ''}">${outcomes(rows)}</td>
              <td>${worst?.oracle ?? ''}</td>
              <td class="n">${median} ms</td>
              <td class="mono" aria-label="${Math.round((100 * median) / longest)} percent">
                ${'▮'.repeat(Math.ceil((12 * median) / longest))}
              </td>
              <td>${(trends.get(name) ?? []).join(' ')}</td>
            </tr>`;
          })}
        </tbody>
      </table>
    </div>`;
}

function outcomes(rows: readonly CaseRow[]): string {
  const words = rows.map((row) =>
    row.defect === null ? row.verdict : row.verdict === 'skipped' ? 'skipped' : isCaught(row) ? 'caught' : 'missed',
  );
  return [...Map.groupBy(words, (word) => word)].map(([word, same]) => (rows.length === 1 ? word : `${same.length} ${word}`)).join(', ');
}

/** Which oracle found what: scenarios and the bugs that were brought back, with the oracle that each bug's patch names. */
function byOracle(cases: readonly CaseRow[]): Html {
  const told = cases.filter(({ verdict, defect }) => verdict !== 'skipped' && (defect !== null || verdict === 'fail'));
  if (told.length === 0) return html``;
  const oracles = [
    ...new Set(told.flatMap((row) => [row.expectedOracle ?? [], row.findings.map(({ oracle }) => oracle)].flat(2))),
  ].toSorted();
  const rows = [...Map.groupBy(told, ({ scenario, defect }) => JSON.stringify([scenario, defect])).values()];
  return html`<h3>Findings by oracle</h3>
    <div class="scroll" role="group" aria-label="Findings by oracle" tabindex="0">
      <table>
        <caption>
          A number counts the cases in which that oracle found something. The oracle that a defect's patch names is marked: it must find it
          in every case.
        </caption>
        <thead>
          <tr>
            <th scope="col">Scenario</th>
            <th scope="col">Defect</th>
            <th scope="col" class="n">Cases</th>
            ${oracles.map((oracle) => html`<th scope="col" class="n">${oracle}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (row) =>
              html`<tr>
                <th scope="row">${row[0]?.scenario}</th>
                <td>${row[0]?.defect ?? ''}</td>
                <td class="n">${row.length}</td>
                ${oracles.map((oracle) => oracleCell(row, oracle))}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}

function oracleCell(rows: readonly CaseRow[], oracle: string): Html {
  const found = rows.filter(({ verdict, findings }) => verdict === 'fail' && findings.some((finding) => finding.oracle === oracle)).length;
  if (rows[0]?.defect === null || rows[0]?.expectedOracle !== oracle) return html`<td class="n">${found > 0 && found}</td>`;
  const isMissed = found < rows.length;
  return html`<td class="n ${isMissed ? 'never' : 'pass'}">
    ${isMissed ? `missed: ${found} of ${rows.length}` : `✓ ${found} of ${rows.length}`}
  </td>`;
}

/** Firings only: a fault that was armed and did not act has tried nothing. */
function matrix(firings: readonly Firing[]): Html {
  if (firings.length === 0) return html``;
  const columns = [...new Set(firings.map(({ fault }) => fault))].toSorted();
  const rows = [...Map.groupBy(firings, ({ scenario, target }) => JSON.stringify([scenario, target])).values()];
  const never = firings.filter(({ fired }) => fired === 0);
  return html`<h3>What was really tried: firings of each fault</h3>
    <div class="scroll" role="group" aria-label="Firings" tabindex="0">
      <table>
        <caption>
          A number counts firings. "never" was planned and did not act. An empty cell was not planned.
        </caption>
        <thead>
          <tr>
            <th scope="col">Scenario</th>
            <th scope="col">Link or node</th>
            ${columns.map((fault) => html`<th scope="col" class="n">${fault}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (row) =>
              html`<tr>
                <th scope="row">${row[0]?.scenario}</th>
                <td>${row[0]?.target}</td>
                ${columns.map((column) => {
                  const cell = row.filter(({ fault }) => fault === column);
                  const fired = cell.reduce((sum, each) => sum + each.fired, 0);
                  return cell.length === 0
                    ? html`<td></td>`
                    : fired === 0
                      ? html`<td class="n never">never</td>`
                      : html`<td class="n">${fired}</td>`;
                })}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${never.length > 0 && html`<p>Planned and never fired: ${never.map(({ scenario, target, fault }) => `${fault} on ${target} in ${scenario}`).join('; ')}.</p>`}`;
}

function flaws({ cases, knownFlaws }: Summary): Html {
  const accepted = cases.flatMap((row) => (row.accepted ?? []).map((flaw) => ({ ...flaw, scenario: row.scenario })));
  const notes = [
    ...(knownFlaws?.expired ?? []).map((flaw) => `no longer accepted: ${flaw}`),
    ...(knownFlaws?.unused ?? []).map((flaw) => `accepted and not seen: ${flaw}`),
  ];
  if (accepted.length + notes.length === 0) return html``;
  return html`<h3>Known flaws</h3>
    <ul>
      ${accepted.map(({ scenario, oracle, message, reason, until }) => html`<li>${scenario}: ${oracle}: ${message} (accepted until ${until}: ${reason})</li>`)}${notes.map((note) => html`<li>${note}</li>`)}
    </ul>`;
}

/** One scenario that both passed and failed in this run. */
function flakes(cases: readonly CaseRow[]): Html {
  const judged = cases.filter(({ verdict, defect }) => defect === null && (verdict === 'pass' || verdict === 'fail'));
  const flaky = [...Map.groupBy(judged, ({ scenario }) => scenario)].filter(
    ([, rows]) => new Set(rows.map(({ verdict }) => verdict)).size > 1,
  );
  if (flaky.length === 0) return html``;
  return html`<h3>Flakes</h3>
    <ul>
      ${flaky.map(([scenario, rows]) => {
        const failed = rows.filter(({ verdict }) => verdict === 'fail').length;
        return html`<li>${scenario}: failed ${rateText(rateOf(failed, rows.length))}, with 95 % confidence</li>`;
      })}
    </ul>`;
}

function notKnown({ cases, pending, interrupted, planned }: Summary): Html {
  const unknown = cases.filter(({ verdict }) => verdict === 'unknown');
  const skipped = cases.filter(({ verdict }) => verdict === 'skipped');
  const lines = [
    ...(interrupted ? ['the run was interrupted'] : []),
    ...(pending.length > 0
      ? [
          `${pending.length} of ${planned} planned cases did not come to their end: ${[...new Set(pending.map(({ scenario }) => scenario))].slice(0, 10).join(', ')}`,
        ]
      : []),
    ...unknown.map(({ scenario, reason }) => `${scenario}: ${reason ?? 'no verdict'}`),
    ...skipped.map(
      ({ scenario, defect, reason }) =>
        `${scenario}${defect === null ? '' : ` with ${defect}`} was skipped: ${reason ?? 'no reason is given'}`,
    ),
  ];
  return html`<h3>What is not known</h3>
    ${
      lines.length === 0
        ? html`<p>Every planned case has a verdict. A pass says no more than what it rests on.</p>`
        : html`<ul>
            ${lines.map((line) => html`<li>${line}</li>`)}
          </ul>`
    }`;
}
