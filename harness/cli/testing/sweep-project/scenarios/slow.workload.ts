import { relayWork } from '../work.ts';

export default relayWork('', false, 2_000);
