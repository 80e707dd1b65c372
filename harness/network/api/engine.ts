// A fault server that speaks Toxiproxy's API, wherever it comes from.

export type EngineName = 'own' | 'toxiproxy';

export interface Engine extends AsyncDisposable {
  readonly name: EngineName;
  /** Its control API, without a slash at the end. */
  readonly url: string;
  /** How it ended, in words; pending for ever when the harness did not start it. */
  readonly ended: Promise<string>;
  /** It outlives the run, so the run's proxies must be deleted from it. */
  readonly shared: boolean;
  /** Its output is read line by line, so what it logs can be used as evidence. */
  readonly logged: boolean;
  /** Of its events, those up to this number have been taken by earlier runs. */
  since: number;
}
