import { poison } from '../../poison.ts';

const whole = poison('a variant beside a broken one', async ({ say }) => {
  await say('hello');
});
export default { whole, half: { titel: 'a variant that is none' } };
