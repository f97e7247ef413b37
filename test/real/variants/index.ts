export { applyEdit, applyVariant, kernelsDir } from './apply';
export { mutations } from './mutations';
export type { Edit, Expectation, Mutation, PairKey, Tree, Variant } from './types';
export { variants } from './variants';
