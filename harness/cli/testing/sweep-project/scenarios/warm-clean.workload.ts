import { relayWork } from '../work.ts';

export default relayWork('', false, 0, true);
