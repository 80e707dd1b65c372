import { poison } from '../../poison.ts';

export default poison('a script whose timer throws after its end', async ({ say, signal }) => {
  await say('hello');
  // Late enough for the case to have its verdict: half a second after the last of its clients was closed.
  const late = (): void => {
    throw new Error('after the end');
  };
  setTimeout(late, signal.aborted ? 0 : 900);
});
