import { test } from 'vitest';
import { containerRuntime } from '../../runtime/container/container-runtime.ts';
import { processRuntime } from '../../runtime/process/process-runtime.ts';
import { describeFileAndClockFaults } from './file-and-clock-faults.contract.ts';

describeFileAndClockFaults(processRuntime());

const containers = containerRuntime();
const missing = await containers.unavailable();
if (missing === undefined) describeFileAndClockFaults(containers);
else test('file and clock faults on the container runtime', ({ skip }) => skip(missing));
