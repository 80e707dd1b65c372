// `tornwire proxy`: the fault proxy as a program of its own, until it is told to stop.
import { EXIT } from '../model/exit-code.ts';
import { serve } from '../proxy/serve.ts';

export interface ProxyOptions {
  listen: string;
  seed?: number;
  config?: string;
  allowRemote?: boolean;
}

/** What keeps it from starting (a taken port, a file that cannot be read) is said in one line. */
export async function proxy(options: ProxyOptions): Promise<number> {
  return (await serve(options)) === 0 ? EXIT.pass : EXIT.harness;
}
