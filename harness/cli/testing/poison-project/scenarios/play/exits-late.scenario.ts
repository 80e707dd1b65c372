import { poison } from '../../poison.ts';

export default poison('a script that ends the process after its end', async ({ say }) => {
  await say('hello');
  setTimeout(() => process.exit(0), 900);
});
