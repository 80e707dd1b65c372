// Of a divergence: each view over time as a row of changes, with the reading in which they parted.
import type { Event } from '../../../model/judging/history.ts';
import { boundedLine } from '../../../model/values/bounded-text.ts';
import { canonicalJson } from '../../../model/values/json.ts';
import { html, type Html } from '../base/html.ts';

const CHANGES_MAX = 40;
const VALUE_MAX = 400;

export function views(events: readonly Event[], firstWrong: number | undefined): readonly Html[] {
  const readings = events.flatMap((event) =>
    event.kind === 'observation' && event.observation.probe === 'view' ? [{ seq: event.seq, atMs: event.atMs, ...event.observation }] : [],
  );
  return [...Map.groupBy(readings, ({ truth }) => truth)].map(([truth, ofTruth]) => {
    const changes = [...Map.groupBy(ofTruth, ({ subject }) => subject).values()]
      .flatMap((ofOne) =>
        ofOne.filter(
          (reading, index) =>
            reading.seq === firstWrong || index === 0 || canonicalJson(reading.value) !== canonicalJson(ofOne[index - 1]?.value ?? null),
        ),
      )
      .toSorted((a, b) => a.seq - b.seq);
    const subjects = [...new Set(ofTruth.map(({ subject }) => subject))];
    const rows = changes.slice(-CHANGES_MAX).map(({ seq, atMs, subject, value, unreadable }) => {
      const text = `${unreadable ? 'unreadable: ' : ''}${boundedLine(canonicalJson(value), VALUE_MAX)}`;
      const cells = subjects.map((each) => html`<td class="v">${each === subject ? text : ''}</td>`);
      return html`<tr class="role-${seq === firstWrong ? 'wrong' : 'beside'}">
        <td class="n">${(atMs / 1_000).toFixed(3)} s</td>
        ${cells}
        <td>${seq === firstWrong ? '✖ they parted' : ''}</td>
      </tr>`;
    });
    const heads = ['Time', ...subjects, 'Part'].map((head) => html`<th scope="col">${head}</th>`);
    const left = changes.length - rows.length;
    return html`<section>
      <h3>'${truth}' over time: each change of each view</h3>
      ${left > 0 && html`<p class="dim">${left} earlier changes are not shown.</p>`}
      <div class="scroll" role="group" aria-label="Views of ${truth}" tabindex="0">
        <table>
          <thead>
            <tr>
              ${heads}
            </tr>
          </thead>
          <tbody>
            ${rows}
          </tbody>
        </table>
      </div>
    </section>`;
  });
}
