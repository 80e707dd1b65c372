import { poison } from '../../poison.ts';

export default poison('a client that ends the process', async ({ say, leave }) => {
  await say('hello');
  leave();
});
