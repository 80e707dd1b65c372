// Of a hang: two dumps of each process side by side. What is in both is plain, what is in one alone is marked.
import type { Event } from '../../../model/judging/history.ts';
import { html, type Html } from '../base/html.ts';

const LINES_MAX = 120;

export function dumps(events: readonly Event[]): readonly Html[] {
  const all = events.flatMap((event) =>
    event.kind === 'observation' && event.observation.probe === 'stacks' ? [{ atMs: event.atMs, ...event.observation }] : [],
  );
  const byNode = [...Map.groupBy(all, ({ node }) => node)];
  return byNode.map(([node, ofNode]) => {
    const [first] = ofNode;
    const second = ofNode.length > 1 ? ofNode.at(-1) : undefined;
    const panes = [first, second].flatMap((dump, index) => (dump ? [pane(dump, index === 0 ? second : first, index)] : []));
    const usedMs = first && second ? second.cpuMs - first.cpuMs : undefined;
    const spent =
      usedMs === undefined || !first || !second
        ? ''
        : `: ${Math.round(usedMs)} ms of processor in ${Math.round(second.atMs - first.atMs)} ms`;
    return html`<section>
      <h3>Two dumps of '${node}'${spent}</h3>
      <div class="two">${panes}</div>
    </section>`;
  });
}

type Dump = { atMs: number } & Extract<Extract<Event, { kind: 'observation' }>['observation'], { probe: 'stacks' }>;

function pane(dump: Dump, other: Dump | undefined, index: number): Html {
  const known = other && new Set([...other.threads, ...other.handles]);
  const line = (text: string): Html =>
    known === undefined || known.has(text) ? html`${`  ${text}\n`}` : html`<mark>≠ ${text}</mark>${'\n'}`;
  const threads = dump.threads.slice(0, LINES_MAX);
  const handles = dump.handles.slice(0, LINES_MAX);
  const label = `${index === 0 ? 'First' : 'Last'} dump at ${(dump.atMs / 1_000).toFixed(3)} s${dump.asleep ? ', all threads asleep' : ''}`;
  const lines = html`${'threads\n'}${threads.map(line)}${'handles\n'}${handles.map(line)}`;
  return html`<div>
    <h3>${label}</h3>
    <pre tabindex="0" aria-label="${label}">${lines}</pre>
  </div>`;
}
