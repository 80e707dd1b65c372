// The oracles that judge every run. If several fail, the first one in this table gives the headline. So causes stand before
// their consequences: a crash also hangs whoever waited for it, and a hang leaves views apart.
import type { Oracle } from '../model/judging/oracle.ts';
import { bounds } from './bounds.ts';
import { crash } from './crash.ts';
import { divergence } from './divergence.ts';
import { faultHappened } from './fault-happened.ts';
import { hang } from './hang/hang.ts';
import { harness, unlessSpoilt } from './harness.ts';
import { leak } from './leak/leak.ts';
import { protocol } from './protocol.ts';
import { script } from './script.ts';

export const ALWAYS_ON: readonly Oracle[] = [
  harness,
  // The kernel is the witness of an exit: no broken injector can make one up.
  crash,
  unlessSpoilt(protocol),
  unlessSpoilt(hang),
  unlessSpoilt(script),
  unlessSpoilt(divergence),
  unlessSpoilt(leak),
  unlessSpoilt(bounds),
  faultHappened,
];
