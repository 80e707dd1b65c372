import { poison } from '../../poison.ts';

export default poison('a script that uses all memory', async ({ say }) => {
  await say('hello');
  const kept: number[][] = [];
  for (;;) kept.push(Array.from({ length: 1_000_000 }, () => kept.length));
});
