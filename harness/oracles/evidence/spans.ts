// Stretches of time in a history: while a fault was armed, while it had an effect, while a node was away. Only an effect
// excuses lateness. A step that is armed and has not fired yet has changed nothing.
import type { Step } from '../../model/faults/fault.ts';
import { aboutNodeFault } from '../../model/faults/node-fault.ts';
import { eventsOf, type History } from '../../model/judging/history.ts';
import type { Plan } from '../../model/judging/oracle.ts';

export interface Span {
  fromMs: number;
  /** Infinity when it had not ended with the history. */
  toMs: number;
}

export interface ArmedSpan extends Span {
  step: string;
  target: string;
}

/** From a step's first effect on a connection or a node until the step is lifted. */
export interface EffectSpan extends Span {
  step: string;
  /** The link or the node that the step breaks. */
  target: string;
  /** Absent where it is about the whole node. */
  connection?: number;
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

/**
 * One span for each arming of a step and each connection or node that it hit. Faults that are told when they are done
 * (a split, a coalescing) hold bytes back before that: theirs begin with the frame that they hit. `refuse` and what else
 * acts on a dial hits the connection that it keeps from coming about, so it excuses nothing on the others.
 */
export function effectSpans(history: History): readonly EffectSpan[] {
  const spans: EffectSpan[] = [];
  const open = new Map<string, Map<number | undefined, EffectSpan>>();
  const byFrame = new Map<string, EffectSpan>();
  for (const event of eventsOf(history, 'fault')) {
    const ofStep = open.get(event.step) ?? new Map<number | undefined, EffectSpan>();
    open.set(event.step, ofStep);
    if (event.state === 'lifted') {
      for (const span of ofStep.values()) span.toMs = event.atMs;
      ofStep.clear();
    }
    if (event.state !== 'fired') continue;
    const { step, target, hit } = event;
    const connection = hit.kind === 'link' ? hit.connection : undefined;
    if (ofStep.has(connection)) continue;
    const span = { step, target, ...(connection !== undefined && { connection }), fromMs: event.atMs, toMs: Infinity };
    ofStep.set(connection, span);
    spans.push(span);
    if (hit.kind === 'link' && hit.frameIndex !== undefined) byFrame.set(frameKey({ ...hit, link: target, index: hit.frameIndex }), span);
  }
  return spans.length === 0 ? [] : withFrames(spans, byFrame, history);
}

function withFrames(spans: readonly EffectSpan[], byFrame: ReadonlyMap<string, EffectSpan>, history: History): readonly EffectSpan[] {
  const hitLinks = new Set(spans.map((span) => span.target));
  for (const frame of byFrame.size === 0 ? [] : eventsOf(history, 'frame')) {
    const span = hitLinks.has(frame.link) ? byFrame.get(frameKey(frame)) : undefined;
    if (span) span.fromMs = Math.min(span.fromMs, frame.atMs);
  }
  return spans;
}

function frameKey(frame: { link: string; connection: number; direction: string; index: number }): string {
  return `${frame.connection} ${frame.direction} ${frame.index} ${frame.link}`;
}

/** While a node cannot be expected to answer: starting, told to stop, gone, paused, off the network, or slowed down by a fault. */
export function awaySpans(history: History, plan: Plan): readonly AwaySpan[] {
  const keepsFromAnswering = new Set(plan.schedule.filter(takesAway).map((step) => step.id));
  const byFault = effectSpans(history).filter((span) => keepsFromAnswering.has(span.step));
  return [...byFault.map(({ target, fromMs, toMs }) => ({ node: target, fromMs, toMs })), ...absences(history)];
}

/** Other faults of nodes (limits, errors of calls, output that nobody reads) are what a node must answer in spite of. */
function takesAway(step: Step): boolean {
  return step.on === 'node' && aboutNodeFault(step.fault).takesAway(step.fault);
}

function absences(history: History): readonly AwaySpan[] {
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
