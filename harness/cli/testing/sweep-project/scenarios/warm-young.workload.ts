import { relayWork } from '../work.ts';

export default relayWork('young', false, 0, true);
