export { linkProgram } from './link';
export type { CallSite, CallTarget, DevmRegistration, Embedder, EntryKind, EntryPoint, FnDef, LinkOptions, Program } from './types';
