import { poison } from '../../poison.ts';

setTimeout(() => {
  throw new Error('of a timer of the module');
}, 100);
export default poison('a module whose timer throws', async ({ say }) => {
  await say('hello');
});
