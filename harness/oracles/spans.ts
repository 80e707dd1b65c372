// Stretches of time in a history: while a fault was armed, while a node was away.
import { eventsOf, type History } from '../model/history.ts';

export interface Span {
  fromMs: number;
  /** Infinity when it had not ended with the history. */
  toMs: number;
}

export interface ArmedSpan extends Span {
  step: string;
  target: string;
}

export interface AwaySpan extends Span {
  node: string;
}

export function overlaps(span: Span, fromMs: number, toMs: number): boolean {
  return span.fromMs <= toMs && span.toMs >= fromMs;
}

/** From `armed` to `lifted`, one span each time. */
export function armedSpans(history: History): readonly ArmedSpan[] {
  const spans: ArmedSpan[] = [];
  const open = new Map<string, ArmedSpan>();
  for (const event of eventsOf(history, 'fault')) {
    if (event.state === 'armed') {
      const span = { step: event.step, target: event.target, fromMs: event.atMs, toMs: Infinity };
      open.set(event.step, span);
      spans.push(span);
    } else if (event.state === 'lifted') {
      const span = open.get(event.step);
      if (span) span.toMs = event.atMs;
      open.delete(event.step);
    }
  }
  return spans;
}

/** While a node cannot be expected to answer: starting, told to stop, gone, or paused. */
export function awaySpans(history: History): readonly AwaySpan[] {
  const spans: AwaySpan[] = [];
  const open = new Map<string, AwaySpan>();
  for (const event of eventsOf(history, 'node')) {
    const back = event.state === 'ready' || event.state === 'resumed';
    const span = open.get(event.node);
    if (back) {
      if (span) span.toMs = event.atMs;
      open.delete(event.node);
    } else if (!span) {
      const begun = { node: event.node, fromMs: event.atMs, toMs: Infinity };
      open.set(event.node, begun);
      spans.push(begun);
    }
  }
  return spans;
}
