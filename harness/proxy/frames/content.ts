// What is known of a frame's content, for toxics that judge frames by it.

export type FrameContent = { known: true; kind: string; payload: Buffer } | { known: false; reason: string };
