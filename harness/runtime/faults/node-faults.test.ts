import { createServer } from 'node:http';
import { loadKernel } from '../../proxy/exact/kernel.ts';
import { containerRuntime } from '../container/container-runtime.ts';
import { type MockProgram, mockRuntime } from '../mock/mock-runtime.ts';
import { describeNodeFaults } from './node-faults.contract.ts';
import { processRuntime } from '../process/process-runtime.ts';

const kernel = loadKernel();
const look = 'missing' in kernel ? {} : { pipeWritable: kernel.writable };
const container = containerRuntime(look);

/** Answers everything with the variables that it was given. */
const target: MockProgram = (life) => {
  let paused = Promise.resolve();
  let resume = (): void => {};
  life.onPause((now) => {
    if (now) ({ promise: paused, resolve: resume } = Promise.withResolvers<void>());
    else resume();
  });
  const server = createServer((_question, answer) => void paused.then(() => answer.end(JSON.stringify(life.env))));
  life.held(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = life.listens.get('api');
  if (address?.transport === 'tcp') server.listen(address.port, address.host, () => life.print('stdout', 'ready to serve\n'));
};

describeNodeFaults({ runtime: mockRuntime({ programs: { target, 'with-child': target } }), processes: false, outlived: false });
describeNodeFaults({ runtime: processRuntime(look), processes: true, outlived: true });
describeNodeFaults({ runtime: container, processes: true, outlived: false, missing: await container.unavailable() });
