/** Facts of one C file: what it declares, and its functions as control-flow graphs. */
export { extractFacts } from './extract';
export { successors } from './graph';
