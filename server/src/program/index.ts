export { linkProgram } from './link';
export { callsAlike, seenFromOutside } from './succession';
export type { CallSite, CallTarget, DevmRegistration, Embedder, EntryKind, EntryPoint, FnDef, LinkOptions, Program } from './types';
