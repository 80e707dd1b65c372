// What is known of the content of a frame, for toxics that judge frames by it.

export type FrameContent = { known: true; kind: string; payload: Buffer } | { known: false; reason: string };
