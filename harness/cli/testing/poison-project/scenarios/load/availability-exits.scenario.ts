import { poison } from '../../poison.ts';

export default {
  ...poison('a scenario that ends the process when it is asked', async () => undefined),
  unavailable: () => process.exit(0),
};
