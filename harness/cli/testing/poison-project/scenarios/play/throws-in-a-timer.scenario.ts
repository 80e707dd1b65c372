import { poison } from '../../poison.ts';

export default poison('a script whose timer throws', async ({ say, until }) => {
  await say('hello');
  setTimeout(() => {
    throw new Error('of a timer');
  }, 10);
  await until('a timer that throws', () => false, { within: '20s' });
});
