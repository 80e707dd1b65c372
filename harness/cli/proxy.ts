// `tornwire proxy`: the fault proxy as a program of its own, until it is told to stop.
import { serve } from '../proxy/serve.ts';

export interface ProxyOptions {
  listen: string;
  seed?: number;
  config?: string;
  allowRemote?: boolean;
}

export async function proxy(options: ProxyOptions): Promise<number> {
  return serve(options);
}
