// What one engine is seen to do. Our own proxy reports events. Toxiproxy leaves traces in its log and its metrics.
import type { LinkStep } from '../../model/faults/fault.ts';

export interface Witness extends AsyncDisposable {
  /** The engine has taken this step; `proxy` is the proxy's name there. */
  armed(step: LinkStep, proxy: string): Promise<void>;
  /** The engine has dropped this step. */
  lifted(step: LinkStep, proxy: string): Promise<void>;
  /** Everything the engine did until now has reached the sink. */
  drained(): Promise<void>;
}
