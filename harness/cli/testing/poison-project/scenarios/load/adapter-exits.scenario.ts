import '../../program/main.mjs';
import { poison } from '../../poison.ts';

export default poison("an adapter that imports the system's own command line", async () => undefined);
