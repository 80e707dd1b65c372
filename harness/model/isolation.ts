// How cases are kept apart from each other and from the rest of the machine.

export const ISOLATIONS = ['auto', 'box', 'addresses'] as const;

/** `box`: namespaces of its own. `addresses`: a loopback address of its own, on the machine's network. */
export type Isolation = { way: 'box' } | { way: 'addresses'; why: string };
