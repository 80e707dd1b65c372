import { poison } from '../../poison.ts';

export default poison('a line comes back (z)', async ({ say, operation }) => {
  await operation('say hello', () => say('hello'), { within: '2s' });
});
