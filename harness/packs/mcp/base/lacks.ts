// What a server lacks in turn, on any transport: descriptors, a shell, a place to write.
import { onFile } from '../../../model/faults/steps.ts';
import type { Step } from '../../../model/faults/fault.ts';
import { BY_DESIGN } from '../../../model/scenario.ts';
import type { Target } from '../../base/pack.ts';
import { type Lack, SERVER } from '../../base/places.ts';

const DESCRIPTORS = 64;
const FULL = '{state}/full';

/** All that PATH leads to, but no shell. The command itself is the one that PATH led to. */
const WITHOUT_SHELLS = `command=$(command -v "$1") || command=$1
shift
tools=$PWD/path-without-shells
command -p mkdir -p "$tools"
IFS=:
for each in $PATH; do command -p ln -s "$each"/* "$tools"/ 2>/dev/null; done
unset IFS
for shell in sh ash bash dash ksh zsh; do command -p rm -f "$tools/$shell"; done
PATH=$tools
export PATH
set -- "$command" "$@"`;

/** They start what they are told by a shell. */
const STARTERS = /(^|\/)(npx|npm|pnpm|yarn|bunx)$/;

/** `how` stands behind "your server answers", and `after` behind "after". */
export interface Lacking {
  how: string;
  after: string;
  lack: Lack;
  schedule?: readonly Step[];
  unavailable?: () => string;
}

/** By the key of the check. */
export function lacksOf({ command }: Target): Readonly<Record<'few-descriptors' | 'no-shell' | 'read-only-home' | 'full-disk', Lacking>> {
  const starter = STARTERS.exec(command[0] ?? '')?.[2];
  return {
    'few-descriptors': {
      how: `with ${DESCRIPTORS} descriptors`,
      after: `it had ${DESCRIPTORS} descriptors`,
      lack: { before: `ulimit -n ${DESCRIPTORS}` },
    },
    'no-shell': {
      how: 'without a shell on its PATH',
      after: 'there was no sh on its PATH',
      lack: { before: WITHOUT_SHELLS },
      ...(starter !== undefined && { unavailable: () => `${BY_DESIGN}${starter} starts programs by a shell` }),
    },
    'read-only-home': {
      how: 'with a HOME that it cannot write',
      after: 'nothing could be written in its HOME',
      lack: { env: { HOME: '{state}' } },
      schedule: [onFile(SERVER, '{state}', { kind: 'read-only' })],
    },
    'full-disk': {
      how: 'with a full disk',
      after: 'its HOME and its TMPDIR were on a full disk',
      lack: { env: { HOME: FULL, TMPDIR: FULL } },
      schedule: [onFile(SERVER, FULL, { kind: 'full-disk' })],
    },
  };
}
