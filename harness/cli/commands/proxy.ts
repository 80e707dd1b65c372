// `tornwire proxy`: runs the fault proxy as a program of its own, until it is told to stop.
import { EXIT } from '../../model/values/exit-code.ts';
import { serve } from '../../proxy/serve.ts';

export interface ProxyOptions {
  listen: string;
  seed?: number;
  config?: string;
  allowRemote?: boolean;
}

/** What keeps it from starting is said in one line: a wrong address or file is usage, a taken port is not. */
export async function proxy(options: ProxyOptions): Promise<number> {
  const code = await serve(options);
  return code === 0 ? EXIT.pass : code === 2 ? EXIT.usage : EXIT.harness;
}
