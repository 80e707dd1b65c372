// The smoke scenarios as a file: one for each link, made from the topology, so that a link that is added has one too.
import type { Found } from '../base/found.ts';
import { comment, quoted } from './literals.ts';

/** @param adapterFile the adapter as the scenarios import it */
export function smoke({ runtime }: Found, adapterFile: string): string {
  return `${[
    comment(
      "A smoke scenario for each link, begun by 'tornwire init'. It says whether the programs start, talk, stop, and leave nothing behind while",
    ),
    comment('what is sent over the link comes in pieces or late. Both happen on every network, and a right program does not notice.'),
    `import { defineScenario, latency, split, type Link, type Step } from 'tornwire';`,
    `import { system } from ${quoted(adapterFile)};`,
    '',
    "export default Object.fromEntries(system.topology.links.map((link) => [link.name.replace('->', '-to-'), smoke(link)]));",
    '',
    'function smoke(link: Link) {',
    '  const fault = faultOf(link);',
    '  return defineScenario({',
    '    title: `all is well although what is sent over ${link.name} comes in pieces or late`,',
    "    expectation: 'everybody answers, and nothing is left at the end',",
    "    tags: ['smoke'],",
    '    system,',
    '    schedule: [fault],',
    '    async script({ visit, fired }) {',
    '      await visit();',
    "      await fired(fault.id, { within: '10s' });",
    '    },',
    ...(runtime === 'container'
      ? [
          "    unavailable: (where) => (where === 'container' ? undefined : 'by design: its nodes are images; run it with --runtime container'),",
        ]
      : []),
    '  });',
    '}',
    '',
    '/** Where a program speaks in messages its first one is cut in pieces of 7 bytes. */',
    'function faultOf({ name, framing }: Link): Step {',
    "  if (framing === 'raw') return latency(name, { direction: 'upstream', delay: '200ms' });",
    "  return split(name, { direction: 'upstream', frame: { index: 1 }, every: 7, mustFire: 1 });",
    '}',
  ].join('\n')}\n`;
}
