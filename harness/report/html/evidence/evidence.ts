// What a kind of finding needs to be understood: curves of a leak, views of a divergence, dumps of a hang, last words of a crash, and
// beside each a passing case.
import type { Event } from '../../../model/judging/history.ts';
import type { CaseView } from '../../view/run-view.ts';
import { html, type Html } from '../base/html.ts';
import { curves } from './curves.ts';
import { dumps } from './dumps.ts';
import { views } from './views.ts';

const LAST_LINES_MAX = 50;
const DIFFERENCES_MAX = 8;

export function evidence(view: CaseView): Html {
  const { row, story, excerpt } = view;
  const oracles = new Set([...row.findings.map(({ oracle }) => oracle), story.by]);
  const { events } = excerpt;
  return html`${oracles.has('crash') && lastWords(view)} ${oracles.has('leak') && curves(events)}
  ${oracles.has('divergence') && views(events, story.firstWrong?.seq)} ${oracles.has('hang') && dumps(events)} ${beside(view)}`;
}

/** The error's own line first, then the last lines in their order. */
function lastWords({ story, excerpt: { events } }: CaseView): Html {
  const exit = events.find((event) => event.kind === 'node' && event.state === 'exited' && story.proof.includes(event.seq));
  if (exit?.kind !== 'node') return html``;
  const lines = events
    .filter((event) => event.kind === 'log' && event.node === exit.node && event.atMs <= exit.atMs + 500)
    .slice(-LAST_LINES_MAX) as Extract<Event, { kind: 'log' }>[];
  if (lines.length === 0) return html`<p>'${exit.node}' had written nothing.</p>`;
  const own = lines.find(({ seq }) => seq === story.firstWrong?.seq);
  const label = `The last ${lines.length} lines of '${exit.node}'`;
  const first = own && html`<mark>✖ ${own.line}</mark>${'\n\n'}`;
  const each = lines.map(({ seq, atMs, stream, line }) => {
    const said = seq === own?.seq ? html`<mark>${line}</mark>` : html`${line}`;
    return html`${`${(atMs / 1_000).toFixed(3)} ${stream} `}${said}${'\n'}`;
  });
  return html`<section>
    <h3>${label}</h3>
    <pre tabindex="0" aria-label="${label}">${first}${each}</pre>
  </section>`;
}

/** Aligned by frames and states: what came first that the passing case has not done. */
function beside({ beside: other }: CaseView): Html {
  if (other === undefined) return html``;
  const { differences, values } = other.comparison;
  const side = (it: { atMs: number; text: string } | null): string =>
    it === null ? 'nothing' : `${(it.atMs / 1_000).toFixed(3)} s: ${it.text.slice(0, 300)}`.toWellFormed();
  const rows = differences.slice(0, DIFFERENCES_MAX).map(
    ({ where, same, a, b }, index) =>
      html`<tr class="role-${index === 0 ? 'wrong' : 'beside'}">
        <th scope="row">${where}</th>
        <td class="n">${same}</td>
        <td class="v">${side(a)}</td>
        <td class="v">${side(b)}</td>
        <td>${index === 0 ? '✖ first difference' : ''}</td>
      </tr>`,
  );
  const heads = ['Where', 'Same before', 'Passing case', 'This case', 'Part'].map((head) => html`<th scope="col">${head}</th>`);
  const table = html`<div class="scroll" role="group" aria-label="Differences" tabindex="0">
    <table>
      <caption>
        Times count from the beginning of the script. Other ids, ports, numbers and times are no differences; there are ${values.length}
        such places.
      </caption>
      <thead>
        <tr>
          ${heads}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
  return html`<section>
    <h3>Beside a passing case (${other.which})</h3>
    ${rows.length === 0 ? html`<p>Frame by frame both did the same.</p>` : table}
  </section>`;
}
