/**
 * Commands of the client that code actions, lenses and hovers may name; their argument is a fingerprint.
 * A client says which of them it has in its capabilities, as `experimental.commands`.
 */
export const SHOW_INTERLEAVING = 'devresLens.showInterleaving';
export const COPY_CHANGELOG = 'devresLens.copyChangelog';
export const SHOW_REPRODUCER = 'devresLens.showReproducer';
export const STEP_THROUGH = 'devresLens.stepThrough';
