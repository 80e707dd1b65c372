// Did every fault that the schedule promises act, and as sharply as it demands? If not, the run proves nothing:
// its verdict is unknown (vacuous), never pass.
import type { Step, Trigger } from '../model/faults/fault.ts';
import { eventsOf, type History } from '../model/judging/history.ts';
import { aboutNodeFault } from '../model/faults/node-fault.ts';
import type { Oracle } from '../model/judging/oracle.ts';
import { pass, unknown } from '../model/judging/verdict.ts';

export const faultHappened: Oracle = {
  name: 'fault-happened',
  question: 'Did every fault of the schedule act as often and as sharply as it must?',
  judge(history, plan) {
    const gaps = plan.schedule.flatMap((step) => missing(step, history) ?? []);
    return gaps.length === 0 ? pass('fault-happened') : unknown('fault-happened', 'vacuous', gaps.join('; '));
  },
};

function missing(step: Step, history: History): string | undefined {
  const events = eventsOf(history, 'fault').filter((event) => event.step === step.id);
  const hits = events.flatMap((event) => (event.state === 'fired' ? [event.hit] : []));
  if (hits.length < step.mustFire) {
    const fired = `'${step.id}' fired ${hits.length} of ${step.mustFire} times`;
    return events.some((event) => event.state === 'armed')
      ? `${fired}: it waited for ${awaited(step)}`
      : `${fired}: it was never armed${neverArmed(step)}`;
  }
  const sharp = step.on === 'link' && step.fault.kind === 'split' && (step.fault.gap === 'boundary' || step.fault.gap === 'gated');
  const blunt = sharp && hits.some((hit) => hit.kind === 'link' && hit.fidelity === 'paced');
  return blunt ? `'${step.id}' was only paced: its slices may have been read together` : undefined;
}

function neverArmed({ armAt }: Step): string {
  if (armAt === 'start') return '';
  return 'mark' in armAt ? `, for mark '${armAt.mark}' was not passed` : `, for '${armAt.fired}' did not fire`;
}

function awaited(step: Step): string {
  switch (step.on) {
    case 'link':
      return `${triggerInWords(step.trigger)} ${step.direction} on '${step.link}'`;
    case 'node':
      return aboutNodeFault(step.fault).awaits(step.fault);
    case 'file':
      return `a file that matches '${step.path}' of '${step.node}'`;
    case 'clock':
      return `the clock of '${step.node}'`;
    default:
      return step satisfies never;
  }
}

function triggerInWords({ stream, connection, nthAfterArming, frame, atByte }: Trigger): string {
  const which = [
    ...(atByte === undefined ? [] : [`byte ${atByte}`]),
    ...(frame ? [`frame ${frame.index ?? 1}${frame.matches ? ` that matches ${JSON.stringify(frame.matches)}` : ''}`] : []),
    ...(stream === undefined ? [] : [stream]),
    ...(connection === undefined ? [] : [`connection ${connection}`]),
    ...(nthAfterArming === undefined ? [] : [`connection ${nthAfterArming} after arming`]),
  ];
  return which.length === 0 ? 'any traffic' : which.join(' of ');
}
