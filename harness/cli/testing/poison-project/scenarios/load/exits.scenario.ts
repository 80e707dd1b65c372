import { poison } from '../../poison.ts';

process.exit(0);
export default poison('a module that ends the process', async () => undefined);
