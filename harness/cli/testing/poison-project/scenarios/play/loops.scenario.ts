import { poison } from '../../poison.ts';

export default poison('a script in an endless loop', async ({ say }) => {
  await say('hello');
  for (;;);
});
