import { proxiesOf } from '../../proxies.ts';
import { poison } from '../../poison.ts';

export default poison('a fault proxy that freezes in mid case', async ({ say }) => {
  await say('hello');
  for (const pid of proxiesOf(process.pid)) process.kill(pid, 'SIGSTOP');
});
