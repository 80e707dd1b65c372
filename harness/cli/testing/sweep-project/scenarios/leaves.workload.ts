import { relayWork } from '../work.ts';

export default relayWork('leaves');
