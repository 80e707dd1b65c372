// Every pair of the self-test.
import type { Pair } from './base/pair.ts';
import { BOUNDS } from './pairs/bounds.ts';
import { CRASHES } from './pairs/crash.ts';
import { DIVERGENCES } from './pairs/divergence.ts';
import { HANGS } from './pairs/hang.ts';
import { LEAKS } from './pairs/leak.ts';
import { SCRIPTS } from './pairs/script-itself.ts';
import { SPEECH } from './pairs/speech.ts';

export const PAIRS: readonly Pair[] = [...HANGS, ...CRASHES, ...LEAKS, ...DIVERGENCES, ...SPEECH, ...BOUNDS, ...SCRIPTS];
