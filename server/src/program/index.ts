export { linkProgram } from './link';
export type { CallTarget, DevmRegistration, Embedder, EntryKind, EntryPoint, FnDef, LinkOptions, Program } from './types';
