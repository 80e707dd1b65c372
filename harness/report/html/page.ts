// The whole page: one file that needs nothing else. Its policy allows one script and one style, each by its hash, and no loads at all.
import { createHash } from 'node:crypto';
import { timelineOf } from '../view/timeline-view.ts';
import type { CaseView, RunView } from '../view/run-view.ts';
import { BOARD } from './browser/board.ts';
import { PAINT } from './browser/paint.ts';
import { TRAFFIC } from './browser/paint-traffic.ts';
import { START } from './browser/start.ts';
import { caseSection } from './case-section.ts';
import { evidence } from './evidence/evidence.ts';
import { html, Html } from './base/html.ts';
import { overview } from './overview.ts';
import { STYLE } from './style.ts';
import { timelineSection } from './timeline-section.ts';

/** The functions as Node has them: without types. */
const SCRIPT = `'use strict';\n${[...BOARD, ...PAINT, ...TRAFFIC, ...START].map(String).join('\n')}\nstart({ boardFor, paint, paintFrames, paintEvents, filterEvents, showRows, chooseEvent });\n`;

export function page(view: RunView): string {
  const { summary, cases, more } = view;
  const { failed, unknown, missed, caught } = summary.counts;
  const wrong = [
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(missed > 0 ? [`${missed} missed`] : []),
    ...(unknown > 0 ? [`${unknown} unknown`] : []),
  ];
  const title = `Tornwire: ${wrong.length > 0 ? wrong.join(', ') : caught > 0 ? `${caught} caught` : 'nothing failed'} in ${summary.cases.length} case${summary.cases.length === 1 ? '' : 's'}`;
  const policy = `default-src 'none'; script-src '${hashOf(SCRIPT)}'; style-src '${hashOf(STYLE)}'; base-uri 'none'; form-action 'none'`;
  const whole = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${new Html(policy)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        ${asIs('style', STYLE)}
      </head>
      <body>
        <header>
          <h1>${title}</h1>
          <nav aria-label="In this report">${links(cases, more)}</nav>
        </header>
        <main>
          ${cases.map((each, index) => caseSection(each, index + 1, html`${timelineSection(timelineOf(each.excerpt, each.story), index + 1)}${evidence(each)}`))}
          ${more > 0 && html`<p>${more} more cases are in the table below and not told in full; <code>npx tornwire report</code> with a part of a scenario's name tells those.</p>`}
          ${overview(view)}
        </main>
        <footer>
          <p class="dim">Tornwire ${summary.tornwire}; results in ${summary.folder}. Captured text is shown as text and nothing else.</p>
        </footer>
        ${asIs('script', SCRIPT)}
      </body>
    </html> `;
  return whole.markup;
}

/** With no blank around it: the policy's hash is of exactly this text. */
function asIs(element: 'style' | 'script', text: string): Html {
  return new Html(`<${element}>${text}</${element}>`);
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

function links(cases: readonly CaseView[], more: number): Html {
  const each = cases
    .slice(0, 6)
    .map(({ row }, index) => html`<a href="#case-${index + 1}">${index + 1}. ${row.scenario.split('/').at(-1)}</a> `);
  return html`${each}${more > 0 && html`… `}<a href="#run">the whole run</a>`;
}
