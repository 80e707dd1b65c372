// Cuts a stream of bytes into lines. Only a newline ends one: inside JSON the other separators of Unicode are text.
const NEWLINE = 0x0a;

export interface Lines {
  take(chunk: Buffer): void;
  /** How many bytes of a line without its end have come. */
  readonly begun: number;
}

/** @param line without its newline; a carriage return before it stays. */
export function linesTo(line: (text: string) => void): Lines {
  let pieces: Buffer[] = [];
  return {
    get begun() {
      return pieces.reduce((bytes, piece) => bytes + piece.length, 0);
    },
    take(chunk) {
      let from = 0;
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
        const whole = Buffer.concat([...pieces, chunk.subarray(from, at)]).toString('utf8');
        pieces = [];
        from = at + 1;
        line(whole);
      }
      if (from < chunk.length) pieces.push(chunk.subarray(from));
    },
  };
}
