import { poison } from '../../poison.ts';

export default poison('a script that lets a promise go', async ({ say, until }) => {
  await say('hello');
  void Promise.reject(new Error('let go by the script'));
  await until('the promise that was let go', () => false, { within: '20s' });
});
