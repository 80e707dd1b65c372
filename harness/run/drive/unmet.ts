/** A wait of the script came to its bound; the open obligation is in the history. */
export class Unmet extends Error {}
