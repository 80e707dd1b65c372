import { poison } from '../../poison.ts';

export default poison('a scenario in a .mts file is found', async ({ say }) => {
  await say('hello');
});
