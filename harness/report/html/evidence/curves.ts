// Of a leak: what a node held after each round, one curve a kind with the baseline, and a table of what holds the things that are new.
import type { Event } from '../../../model/judging/history.ts';
import { growingKinds } from '../../story/compared.ts';
import { html, type Html } from '../base/html.ts';

const KINDS_MAX = 6;
const HOLDERS_MAX = 60;
const [WIDTH, HEIGHT, LEFT, BOTTOM] = [280, 130, 40, 20];

export function curves(events: readonly Event[]): readonly Html[] {
  const samples = events.flatMap((event) =>
    event.kind === 'observation' && event.observation.probe === 'resources' ? [event.observation] : [],
  );
  const series = [...Map.groupBy(samples, ({ node, series: name }) => JSON.stringify([node, name])).values()].map((ofOne) =>
    ofOne.toSorted((a, b) => a.cycle - b.cycle),
  );
  return [...series.flatMap(resourceSection), ...memorySection(events)];
}

type Sample = Extract<Extract<Event, { kind: 'observation' }>['observation'], { probe: 'resources' }>;

function resourceSection(samples: readonly Sample[]): Html[] {
  const [first] = samples;
  const last = samples.at(-1);
  const growing = growingKinds(samples).slice(0, KINDS_MAX);
  if (!first || !last || growing.length === 0) return [];
  const title = `What '${first.node}' holds after each '${first.series}'`;
  const holders = growing.flatMap(({ kind }) => {
    const before = new Set(first.holders?.[kind] ?? []);
    return (last.holders?.[kind] ?? []).filter((holder) => !before.has(holder)).map((holder) => ({ kind, holder }));
  });
  const table = html`<details>
    <summary>${holders.length} that were not held before the first round, and who holds them</summary>
    <div class="scroll" role="group" aria-label="Holders" tabindex="0">
      <table>
        <thead>
          <tr>
            ${['Kind', 'Process', 'Descriptor', 'What'].map((head) => html`<th scope="col">${head}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${holders.slice(0, HOLDERS_MAX).map(({ kind, holder }) => holderRow(kind, holder))}
        </tbody>
      </table>
    </div>
  </details>`;
  return [
    html`<section>
      <h3>${title}</h3>
      <div class="curves">${growing.map(({ kind, counts }) => curve(kind, counts))}</div>
      ${holders.length > 0 && table}
    </section>`,
  ];
}

/** `pid 10 fd 3: tcp 127.0.0.1:5000->127.0.0.1:4000 CLOSE_WAIT`; what is written otherwise stands whole in the last column. */
function holderRow(kind: string, holder: string): Html {
  const [, pid, command, descriptor, what] = /^pid (\d+)(?: \(([^)]*)\))?(?: fd (\d+))?: ?([^]*)$/.exec(holder) ?? [];
  return html`<tr>
    <td>${kind}</td>
    <td>${pid ?? ''} ${command ?? ''}</td>
    <td class="n">${descriptor ?? ''}</td>
    <td class="v">${what ?? holder}</td>
  </tr>`;
}

function memorySection(events: readonly Event[]): Html[] {
  const readings = events.flatMap((event) =>
    event.kind === 'observation' && event.observation.probe === 'memory' ? [event.observation] : [],
  );
  return [...Map.groupBy(readings, ({ node, series }) => `Memory of '${node}' after each '${series}'`)].map(
    ([title, ofOne]) =>
      html`<section>
        <h3>${title}</h3>
        <div class="curves">
          ${curve(
            ofOne[0]?.liveBytes === undefined ? 'resident, MiB' : 'alive, MiB',
            ofOne.map(({ liveBytes, residentBytes }) => Number(((liveBytes ?? residentBytes) / 1_048_576).toFixed(1))),
          )}
        </div>
      </section>`,
  );
}

/** The dashed line is what was there before the first round. */
function curve(kind: string, counts: readonly number[]): Html {
  const [least, most] = [Math.min(0, ...counts), Math.max(1, ...counts)];
  const x = (index: number): string => (LEFT + (index * (WIDTH - LEFT - 10)) / Math.max(1, counts.length - 1)).toFixed(1);
  const y = (count: number): string => (HEIGHT - BOTTOM - ((count - least) * (HEIGHT - BOTTOM - 14)) / (most - least)).toFixed(1);
  const [before = 0, last = 0] = [counts[0], counts.at(-1)];
  const said = `${kind}: ${before} before the first round, ${last} after ${counts.length - 1} rounds`;
  return html`<figure>
    <svg width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${said}">
      <path class="axis" d="M${LEFT} 4V${HEIGHT - BOTTOM}H${WIDTH - 6}" fill="none" />
      <line class="base" x1="${LEFT}" x2="${WIDTH - 6}" y1="${y(before)}" y2="${y(before)}" />
      <polyline class="curve" points="${counts.map((count, index) => `${x(index)},${y(count)}`).join(' ')}" />
      ${counts.map((count, index) => html`<circle class="dot" cx="${x(index)}" cy="${y(count)}" r="2.5" />`)}
      <text x="2" y="${y(most)}">${most}</text>
      <text x="2" y="${y(before)}">${before}</text>
      <text x="${LEFT}" y="${HEIGHT - 5}">0</text>
      <text x="${WIDTH - 30}" y="${HEIGHT - 5}">${counts.length - 1}</text>
    </svg>
    <figcaption>${said}</figcaption>
  </figure>`;
}
