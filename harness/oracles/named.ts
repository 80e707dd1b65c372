// Which node a sentence speaks of: the runner quotes names, as in `node 'room' is ready`.
import type { Plan } from '../model/oracle.ts';

export function nodeQuotedIn(sentence: string, plan: Plan): { subject?: string } {
  const node = plan.topology.nodes.find(({ name }) => sentence.includes(`node '${name}'`));
  return node ? { subject: node.name } : {};
}
