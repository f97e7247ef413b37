/** Facts of one C file: what it declares, and its functions as control-flow graphs. */
export { expandInvocations, macroAsFunction } from './expand';
export { extractFacts, FileMemory } from './extract';
export { successors } from './graph';
export type { MacroLookup } from './macrotext';
