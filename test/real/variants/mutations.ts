import { harmful } from './mutations-harmful';
import { harmless } from './mutations-harmless';
import { rewritten } from './mutations-rewritten';
import type { Mutation } from './types';

/** Changes of the region code of 6.12.117: those that bring a race back, and those that only look different. */
export const mutations: readonly Mutation[] = [...harmful, ...harmless, ...rewritten];
