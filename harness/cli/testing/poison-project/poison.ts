// A scenario whose script does one thing that it should not do.
import { defineScenario, latency, type Script } from 'tornwire';
import { echo } from './system.ts';

type Context = Script & ReturnType<ReturnType<typeof echo>['clients']>;

export const poison = (title: string, script: (context: Context) => Promise<void>) =>
  defineScenario({
    title,
    expectation: 'one row that says so, and a verdict for every other case',
    tags: ['poison'],
    system: echo(),
    schedule: [latency('client->server', { delay: '50ms' })],
    script,
  });
