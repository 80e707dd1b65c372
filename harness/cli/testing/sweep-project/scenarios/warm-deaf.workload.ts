import { relayWork } from '../work.ts';

export default relayWork('deaf', false, 0, true);
