import { poison } from '../../poison.ts';

export default poison('a script that ends the process', async ({ say }) => {
  await say('hello');
  process.exit(0);
});
