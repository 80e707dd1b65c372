// What a run of the reference stack writes: its results, and its own temporary folder with the state of its nodes.
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { describeWrites } from '../harness/cli/testing/watched-run.contract.ts';

const SCENARIOS = [
  'foreign-folders/nothing-is-written-into-the-home-folder',
  'mid-write-disconnect/cut-create-window-reply-leaves-no-orphan',
];
/** Tests and what is installed for other purposes are no part of the stack. */
const LEFT_OUT = /^(node_modules|bench|histories|.*\.test\.ts)$/;

describeWrites({
  async make(project) {
    const filter = (path: string): boolean => !LEFT_OUT.test(basename(path));
    await cp(join(import.meta.dirname, '../fixtures'), join(project, 'fixtures'), { recursive: true, filter });
    await writeFile(join(project, 'package.json'), '{ "type": "module" }\n');
    for (const name of SCENARIOS) {
      const file = join(project, 'scenarios', `${name}.scenario.ts`);
      await mkdir(dirname(file), { recursive: true });
      await cp(join(import.meta.dirname, `${name}.scenario.ts`), file);
    }
  },
  runs: [
    { words: ['run'], code: 0 },
    { words: ['run', '--defect', 'H9'], code: 0 },
  ],
});
