// One line of `tornwire doctor`. A project adds its own: `scenarios/doctor.ts` exports, by default, a function that
// gives them.
export interface MachineFinding {
  name: string;
  has: boolean;
  detail: string;
  cure?: string;
}

export type MachineFindings = () => readonly MachineFinding[] | Promise<readonly MachineFinding[]>;
