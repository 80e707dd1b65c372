// `tornwire/packs`: the packs that come with Tornwire, and what a pack of one's own is made of. A new pack is a folder and a
// line here.
import '../node-22.ts';
import { agent } from './agent/agent.ts';
import { mcp } from './mcp/mcp.ts';
import { websocket } from './websocket/websocket.ts';
import type { Pack } from './base/pack.ts';

export { Broken, NotApplicable, NotATarget, NotProved, PackUsageError } from './base/broken.ts';
export { defineCheck, definePack } from './base/pack.ts';
export type { Call, Check, Checks, Pack, Target } from './base/pack.ts';
export { CHILD, stdioTarget } from './base/stdio-target.ts';
export type { Lack } from './base/places.ts';
export type { CheckWording, Rule } from '../model/check.ts';

export const PACKS: Readonly<Record<string, Pack>> = { agent, mcp, websocket };
