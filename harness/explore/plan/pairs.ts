// Depth two: a connection is lost, and what is done to come back meets a second fault. Most failures of this kind sit there.
import type { LinkFault, LinkStep } from '../../model/faults/fault.ts';
import { DRIVER } from '../../model/system/link.ts';
import type { Topology } from '../../model/system/topology.ts';
import type { Conversation, TalkClass } from '../conversation/conversation.ts';
import type { FaultPoint } from './fault-point.ts';
import { LINK_FAULTS_AT_FRAMES, type LinkFaultAtFrame } from './faults-at-frames.ts';
import { type Impossible, stepAt } from './points.ts';

const REFUSED_MS = 800;
/** Behind every point of depth one with the same class. */
const WEIGHT = 4;

const AT_DIALS: readonly { label: string; fault: LinkFault; times?: number }[] = [
  { label: 'refused', fault: { kind: 'refuse' } },
  { label: 'accepted and closed', fault: { kind: 'accept-then-close' }, times: 2 },
  { label: 'never accepted', fault: { kind: 'never-accept' }, times: 1 },
];

const LOSSES: readonly LinkFaultAtFrame['label'][] = ['cut rst', 'cut fin', 'gone after sending'];
/** What meets the next connection. */
const AGAIN: readonly LinkFaultAtFrame['label'][] = ['cut rst', 'gone after sending', 'stall', 'split at every byte'];

export function pairsIn({ classes }: Conversation, topology: Topology, impossible: Impossible): FaultPoint[] {
  const links = topology.links.filter(({ from }) => from !== DRIVER).map(({ name }) => name);
  return links
    .flatMap((link) => {
      const ofLink = classes.filter((each) => each.link === link && !each.unstable);
      const steady = ofLink.filter((each) => !each.atBoot && each.phase === 'steady');
      const losses = steady
        .slice(0, 2)
        .flatMap((each) => LINK_FAULTS_AT_FRAMES.filter(({ label }) => LOSSES.includes(label)).map((what) => ({ each, what })));
      const greetings = ofLink.filter(({ phase }) => phase === 'handshake');
      return losses.flatMap(({ each, what }) => [
        ...AT_DIALS.map((dial, rank) => atDial(each, what, dial, rank, topology)),
        ...greetings.flatMap((next) => onNext(each, what, next, topology)),
      ]);
    })
    .filter(({ schedule }) => impossible(schedule) === undefined);
}

function atDial(each: TalkClass, what: LinkFaultAtFrame, dial: (typeof AT_DIALS)[number], rank: number, topology: Topology): FaultPoint {
  const loss = lossAt(each, what, topology);
  const second: LinkStep = {
    id: `${dial.label} ${each.link}`,
    on: 'link',
    link: each.link,
    direction: 'downstream',
    fault: dial.fault,
    trigger: { connection: each.connection + 1, ...(dial.times !== undefined && { times: dial.times }) },
    armAt: 'start',
    mustFire: 1,
  };
  return pairOf(each, `${what.label} ${what.place}, then ${dial.label}`, [loss, second], rank, REFUSED_MS);
}

function onNext(each: TalkClass, what: LinkFaultAtFrame, next: TalkClass, topology: Topology): FaultPoint[] {
  const loss = lossAt(each, what, topology);
  return LINK_FAULTS_AT_FRAMES.filter(({ label, passesBySelf }) => passesBySelf && AGAIN.includes(label)).map((again, rank) => {
    const second = { ...stepAt(next, { index: 1 }, again, topology, next.connection + 1) };
    return pairOf(
      each,
      `${what.label} ${what.place}, then on the next connection ${next.name}, ${again.place}: ${again.label}`,
      [loss, { ...second, id: `then ${second.id}` }],
      rank + AT_DIALS.length,
      again.dwellMs,
    );
  });
}

function lossAt(each: TalkClass, what: LinkFaultAtFrame, topology: Topology): LinkStep {
  return stepAt(each, { index: 1 }, what, topology);
}

function pairOf(each: TalkClass, label: string, schedule: readonly LinkStep[], rank: number, dwellMs: number): FaultPoint {
  return {
    key: `${each.name}, first, ${label}`,
    link: each.link,
    class: each.name,
    fault: label,
    weight: WEIGHT + rank / 10,
    schedule,
    dwellMs,
  };
}
