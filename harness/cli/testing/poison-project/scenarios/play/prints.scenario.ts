import { poison } from '../../poison.ts';

export default poison('a script that prints', async ({ say }) => {
  console.log(await say('printed by the script'));
});
