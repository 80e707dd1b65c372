// One case of the report, as it stands without any script: the first screen tells the worst, everything else comes below.
import type { Moment, Story } from '../story/story.ts';
import type { CaseView } from '../view/run-view.ts';
import { html, type Html } from './base/html.ts';

const RESTS_MAX = 8;
const PARTS_SHOWN = 5;
const SENTENCE_MAX = 400;

export function caseSection({ row, story }: CaseView, index: number, more: Html): Html {
  const isWrong = row.verdict === 'fail' || row.verdict === 'unknown';
  const word = story.outcome === 'fail' ? 'FAIL' : story.outcome.toUpperCase();
  const defect = row.defect === null ? '' : ` with defect ${row.defect}`;
  return html`<article id="case-${index}" aria-labelledby="sentence-${index}">
    <p class="of">
      <span class="badge ${story.outcome}">${word}</span> ${isWrong && html`by ${story.by}`} · <strong>${row.scenario}</strong>${defect} ·
      ${row.title} · ${row.runtime}, seed ${row.seed}, ${row.durationMs} ms
    </p>
    <h2 id="sentence-${index}">${shortened(story.sentence)}</h2>
    ${story.doubt !== undefined && html`<p class="unknown doubt">Not proved: ${shortened(story.doubt)}</p>`} ${replayLine(story, index)}
    <div class="two">
      <div class="card good">
        <h3>Expected</h3>
        <p class="clip">${story.compared.expected}</p>
      </div>
      <div class="card ${isWrong ? 'bad' : 'good'}">
        <h3>Actual</h3>
        <p class="clip">${story.compared.actual}</p>
      </div>
    </div>
    ${parts(story)}
    <div class="two">
      ${isWrong && html`<div>${whatDidIt(story)}</div>`}
      <div class="card">
        <h3>What the verdict rests on</h3>
        <div class="clip high" role="group" aria-label="What the verdict rests on" tabindex="0">
          <ul>
            ${story.restsOn.slice(0, RESTS_MAX).map((each) => html`<li>${each}</li>`)}
          </ul>
        </div>
      </div>
    </div>
    ${aroundIt(story)} ${details(story)} ${more}
  </article>`;
}

function replayLine({ replay }: Story, index: number): Html {
  return html`<div class="replay">
    <strong>Replay</strong><code id="replay-${index}">${replay}</code
    ><button type="button" class="js-only" data-copy="replay-${index}">Copy<span class="visually-hidden"> the replay line</span></button>
  </div>`;
}

function parts({ compared }: Story): Html {
  const [shown, rest] = [compared.parts.slice(0, PARTS_SHOWN), compared.parts.slice(PARTS_SHOWN)];
  if (shown.length === 0) return html``;
  const more =
    rest.length === 0
      ? html``
      : html`<details>
          <summary>${rest.length} more differences</summary>
          ${partTable(rest)}
        </details>`;
  return html`<div class="scroll low" role="group" aria-label="Value by value" tabindex="0">${partTable(shown)}</div>
    ${more}`;
}

function partTable(shown: Story['compared']['parts']): Html {
  return html`<table>
    <thead>
      <tr>
        <th scope="col">What</th>
        <th scope="col">Expected</th>
        <th scope="col">Actual</th>
      </tr>
    </thead>
    <tbody>
      ${shown.map(
        ({ what, expected, actual }) =>
          html`<tr>
            <th scope="row" class="mono">${what}</th>
            <td class="v pass">${expected}</td>
            <td class="v fail">${actual}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function whatDidIt({ firstWrong, fault, place }: Story): Html {
  const wrong = firstWrong
    ? html`<p><strong>${seconds(firstWrong.atMs)}</strong> ${firstWrong.lane}: ${firstWrong.text} ${jump(firstWrong)}</p>`
    : html`<p>No single event is wrong.</p>`;
  const did = fault
    ? html`<p><strong>${seconds(fault.atMs)}</strong> '${fault.step}' (${fault.fault} on ${fault.target}): ${fault.where} ${jump(fault)}</p>
        ${fault.hitOn === undefined ? html`` : html`<p>It hit ${fault.hitOn}</p>`}`
    : html`<p>No fault had fired before it.</p>`;
  const where = place === undefined ? html`` : html`<p>In the scenario: <code>${place}</code></p>`;
  return html`<div class="card bad">
      <h3>✖ First wrong event</h3>
      <div class="clip" role="group" aria-label="First wrong event" tabindex="0">${wrong}${where}</div>
    </div>
    <div class="card faulty">
      <h3>⚡ The fault that came before it</h3>
      <div class="clip" role="group" aria-label="The fault" tabindex="0">${did}</div>
    </div>`;
}

function jump({ seq }: Moment): Html {
  return html`<button type="button" class="js-only" data-jump="${seq}" aria-label="Show event ${seq} in the timeline">
    event ${seq}
  </button>`;
}

const SIGNS = { wrong: '✖ wrong', fault: '⚡ fault', proof: '• proof', beside: '' } as const;

function aroundIt({ around }: Story): Html {
  if (around.length === 0) return html``;
  return html`<section>
    <h3>What happened around it</h3>
    <table>
      <thead>
        <tr>
          <th scope="col">Time</th>
          <th scope="col">Where</th>
          <th scope="col">What</th>
          <th scope="col">Part</th>
        </tr>
      </thead>
      <tbody>
        ${around.map(
          ({ atMs, lane, text, role }) =>
            html`<tr class="role-${role}">
              <td class="n">${seconds(atMs)}</td>
              <td>${lane}</td>
              <td class="mono">${text}</td>
              <td>${SIGNS[role]}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}

function details(story: Story): Html {
  const { gaps, restsOn } = story;
  const whole = [...(story.sentence.length > SENTENCE_MAX ? [story.sentence] : []), ...story.details];
  return html`${
    whole.length > 0 &&
    html`<details>
      <summary>The whole finding</summary>
      <pre tabindex="0">${whole.join('\n')}</pre>
    </details>`
  }
  ${
    restsOn.length > RESTS_MAX &&
    html`<details>
      <summary>All that the verdict rests on</summary>
      <ul>
        ${restsOn.map((each) => html`<li>${each}</li>`)}
      </ul>
    </details>`
  }
  ${gaps.length > 0 && html`<p class="unknown">${gaps.join('; ')}.</p>`}`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(3)} s`;
}

function shortened(sentence: string): string {
  return sentence.length <= SENTENCE_MAX ? sentence : `${sentence.slice(0, SENTENCE_MAX)}…`.toWellFormed();
}
