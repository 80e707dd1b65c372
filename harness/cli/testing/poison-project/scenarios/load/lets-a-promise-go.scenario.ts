import { poison } from '../../poison.ts';

void Promise.reject(new Error('let go by the module'));
export default poison('a module that lets a promise go', async () => undefined);
