import { poison } from '../../poison.ts';

await new Promise(() => undefined);
export default poison('a module that waits for ever', async () => undefined);
