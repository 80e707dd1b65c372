// Who stands on which lane: the script, the nodes in the order of the topology, and links between them. A row of an older version has
// no topology; there a link that is called `from->to` joins those two.
import type { Event } from '../../model/judging/history.ts';
import type { CaseRow } from '../../results/summary.ts';

/** An end is a node, an address outside the system, or `script`. */
interface LinkEnds {
  name: string;
  from: string;
  to: string;
}

export interface Lanes {
  /** From above: the script, the nodes, what is outside, and links whose ends are not known. */
  names: readonly string[];
  /** Both ends are among the names. */
  links: readonly LinkEnds[];
}

const SCRIPT = 'script';

export function lanesOf(row: Pick<CaseRow, 'topology'>, events: readonly Event[]): Lanes {
  const { nodes = [], links: planned = [] } = row.topology ?? {};
  const seenNodes = events.flatMap((event) => (event.kind === 'node' || event.kind === 'log' ? [event.node] : []));
  const seenLinks = new Set(events.flatMap((event) => ('link' in event ? [event.link] : onLink(event))));
  const known = planned.map(({ name, from, to }) => ({ name, from: laneOfEnd(from), to: laneOfEnd(to) }));
  const guessed = [...seenLinks].filter((name) => !planned.some((link) => link.name === name)).map(byItsName);
  const links = [...known, ...guessed];
  const isNode = new Set([...nodes, ...seenNodes]);
  const outside = links.flatMap(({ from, to }) => [from, to]).filter((name) => name !== SCRIPT && !isNode.has(name));
  const before = row.topology ? [...isNode, ...outside] : [...outside, ...isNode];
  return { names: [...new Set([SCRIPT, ...before])], links };
}

/** Of a link with no traffic at all, the fault that waits on it. */
function onLink(event: Event): string[] {
  return event.kind === 'fault' && event.state === 'fired' && event.hit?.kind === 'link' ? [event.target] : [];
}

/** A link that is called otherwise has a lane of its own. */
function byItsName(name: string): LinkEnds {
  const [from = '', to = '', ...more] = name.split('->').map((end) => end.trim());
  if (from === '' || to === '' || more.length > 0) return { name, from: name, to: name };
  return { name, from: laneOfEnd(from), to: laneOfEnd(to) };
}

function laneOfEnd(end: string): string {
  return end === 'driver' ? SCRIPT : end;
}
