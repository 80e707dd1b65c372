import { poison } from '../../poison.ts';

export default poison('a scenario in JavaScript is found', async ({ say }) => {
  await say('hello');
});
