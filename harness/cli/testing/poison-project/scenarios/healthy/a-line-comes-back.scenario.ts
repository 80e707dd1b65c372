import { poison } from '../../poison.ts';

export default poison('a line comes back (a)', async ({ say, operation }) => {
  await operation('say hello', () => say('hello'), { within: '2s' });
});
