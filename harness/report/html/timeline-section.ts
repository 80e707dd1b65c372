// The place of the timeline, its tools, the bytes and the table of events: what the script of the page fills.
import type { TimelineView } from '../view/timeline-view.ts';
import { html, scriptJson, type Html } from './base/html.ts';

export function timelineSection(view: TimelineView, index: number): Html {
  return html`<section aria-labelledby="timeline-${index}">
    <h3 id="timeline-${index}">Timeline<span class="visually-hidden"> of case ${index}</span></h3>
    <p class="no-js">The timeline, the bytes and the filters need a script; all else is here without one.</p>
    <div class="tools js-only">
      ${choice('lane', 'Node or link')}${choice('kind', 'Kind')}<label>Text <input type="search" data-part="text" /></label>
      ${button('in', 'Zoom in')}${button('out', 'Zoom out')}${button('fit', 'All')}${button('next', 'Next event of the finding')}
    </div>
    <div
      class="stage js-only"
      data-part="stage"
      tabindex="0"
      role="application"
      aria-label="Timeline of case ${index}"
      aria-describedby="keys-${index}"
    >
      <canvas aria-hidden="true"></canvas>
    </div>
    <p class="dim js-only" id="keys-${index}">
      Keys: arrows choose an event, + and - zoom, 0 shows all, n goes to the next event of the finding. Drag to move, Ctrl and the wheel to
      zoom. ▼ is a firing, ✖ the first wrong event, ⚡ the fault, • proof. Below the lanes each connection is a bar from opened to closed; a
      thick end is a reset or a refused dial.
    </p>
    ${view.leftOut !== '' && html`<p class="unknown">Not every event is here; left out are ${view.leftOut}.</p>`}
    <p class="js-only" data-part="told" aria-live="polite">No event is chosen.</p>
    ${bytes()} ${table()}
    <script type="application/json">
      ${scriptJson(view)}
    </script>
  </section>`;
}

function bytes(): Html {
  const part = (name: string, label: string): Html =>
    html`<div>
      <h3>${label}</h3>
      <pre data-part="${name}" tabindex="0" aria-label="${label}"></pre>
    </div>`;
  return html`<div data-part="bytes" hidden>
    <p class="fault" data-part="mark"></p>
    <div class="two">${part('decoded', 'Decoded')}${part('hex', 'Hexadecimal')}</div>
  </div>`;
}

function table(): Html {
  const heads = ['Event', 'Time', 'Where', 'Kind', 'What', 'Part'].map((head) => html`<th scope="col">${head}</th>`);
  return html`<details class="js-only">
    <summary>Events as a table</summary>
    <div class="tools"><span data-part="count"></span>${button('page-back', 'Back')}${button('page-on', 'On')}</div>
    <div class="scroll" tabindex="0" role="group" aria-label="Events">
      <table>
        <thead>
          <tr>
            ${heads}
          </tr>
        </thead>
        <tbody data-part="rows"></tbody>
      </table>
    </div>
  </details>`;
}

function choice(part: string, label: string): Html {
  return html`<label
    >${label}
    <select data-part="${part}">
      <option value="">all</option>
    </select></label
  >`;
}

function button(part: string, label: string): Html {
  return html`<button type="button" data-part="${part}">${label}</button>`;
}
