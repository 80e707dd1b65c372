// 10,000 damaged repro and policy files: each is taken or refused in one line, soon, and memory stays.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPolicy } from '../../gate/policy-file.ts';
import { TornwireError } from '../../model/values/tornwire-error.ts';
import { readRepro } from '../../results/repro-file.ts';
import { figures, watched } from './figures.ts';
import { diceOf, mutated } from './mutation.ts';

const FILES = Number(process.argv[2] ?? 10_000);
const SEED = Number(process.argv[3] ?? 1);

const REPRO = JSON.stringify({
  format: 1,
  case: {
    scenario: 'a/b',
    parameters: { n: [1, { x: 'y' }] },
    seed: 7,
    schedule: [],
    runtime: 'process',
    engine: 'auto',
    clockSpeed: 1,
    defect: 'E1',
  },
  outcome: 'fail',
  oracle: 'hang',
  message: 'no answer',
  fingerprint: '0123456789ab',
  environment: { tornwire: '0.1.0', commit: null, node: 'v24', platform: 'linux x64', engines: ['own'] },
  decisions: [{ step: 'cut', connection: 1, byteOffset: 7, frameIndex: null }],
  reproduced: { times: 1, of: 1 },
  savedAt: '2026-01-01T00:00:00.000Z',
  command: 'npx tornwire repro x.json',
});
const POLICY = 'version: 1\ntags: [gate]\nbudget: 10min\nclean: { repeats: 3, flakeRateMax: 0.1 }\ndefects:\n  required: [E1]\n';

const folder = await mkdtemp(join(tmpdir(), 'tw-fuzz-'));
try {
  const watch = watched();
  for (let i = 0; i < FILES; i++) {
    const dice = diceOf(SEED, 'file', i);
    const isRepro = i % 2 === 0;
    const file = join(folder, isRepro ? 'repro.json' : 'policy.yaml');
    await writeFile(file, mutated(isRepro ? REPRO : POLICY, dice));
    await watch.measure(`file ${i}`, async () => {
      try {
        await (isRepro ? readRepro(file) : readPolicy(file));
      } catch (error) {
        // A refusal is one line of the kind that the command line shows without a stack.
        if (!(error instanceof TornwireError) || error.message.includes('\n')) throw error;
      }
    });
  }
  figures('fuzz-files', `of ${FILES} files, seed ${SEED}`, watch.end());
} finally {
  await rm(folder, { recursive: true, force: true });
}
