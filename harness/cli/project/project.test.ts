// What a project may put beside its scenarios: several variants in one file, and findings for the doctor.
import { execFileSync } from 'node:child_process';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { userProject } from '../testing/user-project.double.ts';

const VARIANTS = `
import answers from './answers.scenario.ts';
const variant = (title, tag) => ({ ...answers, title, tags: [tag] });
export default { small: variant('a small echo answers', 'small'), large: variant('a large echo answers', 'large') };
`;

test('a file with variants gives one scenario for each, called by its path and its key', async () => {
  await using project = await userProject();
  await writeFile(join(project.root, 'scenarios', 'echo', 'sizes.scenario.ts'), VARIANTS);
  const { out } = await project.tornwire('list', 'echo/sizes', '--json');
  expect((JSON.parse(out) as { name: string; title: string }[]).map(({ name, title }) => [name, title])).toEqual([
    ['echo/sizes/small', 'a small echo answers'],
    ['echo/sizes/large', 'a large echo answers'],
  ]);
  const { code } = await project.tornwire('run', '@large');
  expect(code).toBe(0);
  expect((await project.summary()).cases).toMatchObject([{ scenario: 'echo/sizes/large', verdict: 'pass' }]);
});

test.each(['export default {};', 'export const scenario = 1;', 'export default { one: { titel: "x" } };'])(
  'a scenario file with %s is a mistake that is named',
  async (text) => {
    await using project = await userProject();
    await writeFile(join(project.root, 'scenarios', 'echo', 'nothing.scenario.ts'), text);
    const { code, err } = await project.tornwire('list');
    expect(code).toBe(3);
    expect(err).toContain('scenarios/echo/nothing.scenario.ts gives no scenario: it does not export a scenario by default');
  },
);

test("the doctor lists the project's own findings, and a doctor file that is broken as one of them", async () => {
  await using project = await userProject();
  const file = join(project.root, 'scenarios', 'doctor.ts');
  const doctor = async (): Promise<{ code: number | null; findings: { name: string; detail: string }[] }> => {
    const { code, out } = await project.tornwire('doctor', '--json');
    return { code, findings: JSON.parse(out) as { name: string; detail: string }[] };
  };
  await writeFile(file, "export default () => [{ name: 'a big machine', has: false, detail: 'this one is small', cure: 'buy one' }];");
  const asked = await doctor();
  expect(asked.code).toBe(0);
  expect(asked.findings.at(-1)).toEqual({
    name: 'a big machine',
    has: false,
    detail: 'this one is small',
    cure: 'buy one',
    required: false,
  });
  await writeFile(file, "throw new Error('of the doctor');");
  expect((await doctor()).findings.at(-1)).toMatchObject({
    name: 'scenarios/doctor.ts',
    detail: expect.stringMatching(/^Error: of the doctor \(.*doctor\.ts:1:7\)$/),
  });
});

test('two scenarios that come to one name are refused, naming both files', async () => {
  await using project = await userProject();
  const folder = join(project.root, 'scenarios', 'echo');
  await cp(join(folder, 'answers.scenario.ts'), join(folder, 'answers.scenario.mts'));
  const { code, err } = await project.tornwire('run', 'echo/answers');
  expect(err).toContain(
    "two scenarios are called 'echo/answers': scenarios/echo/answers.scenario.mts and scenarios/echo/answers.scenario.ts",
  );
  expect(err.trim().split('\n')).toHaveLength(1);
  expect(code).toBe(2);
});

test.each([['run'], ['gate'], ['nightly'], ['list']])('%s without any scenario is one line, exit 4', async (command) => {
  await using project = await userProject();
  await rm(join(project.root, 'scenarios'), { recursive: true });
  await mkdir(join(project.root, 'scenarios'));
  const { code, err } = await project.tornwire(command);
  expect(err).toMatch(
    /^tornwire: no scenario in \S+scenarios: scenario files end in \.scenario\.ts, .* \(\S*docs\/tutorials\/first-red-scenario\.md\)/,
  );
  expect(err.trim().split('\n')).toHaveLength(1);
  expect(code).toBe(4);
});

test('the key of a variant is quoted in the lines that people paste', async () => {
  await using project = await userProject();
  const keys = "it's; echo $HOME > pasted";
  const variants = `
    import crashes from './crashes.scenario.ts';
    import misses from './misses-its-fault.scenario.ts';
    export default { ${JSON.stringify(keys)}: { ...crashes, title: 'one' }, "two words": { ...misses, title: 'two' } };`;
  await writeFile(join(project.root, 'scenarios', 'echo', 'odd.scenario.ts'), variants);
  const { out } = await project.tornwire('run', 'echo/odd');
  const lines = [...out.matchAll(/replay: npx tornwire (.*)/g)].map(([, words = '']) => words);
  const read = lines.map((words) =>
    execFileSync('sh', ['-c', `printf '%s\\n' ${words}`], { encoding: 'utf8', cwd: project.root }).split('\n'),
  );
  expect(read[0]?.[1]).toMatch(/^results\/repros\/echo-odd-it-s-echo-HOME-pasted-\w+\.json$/);
  expect(read[1]?.slice(0, 2)).toEqual(['run', 'echo/odd/two words']);
});
