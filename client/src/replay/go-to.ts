/** Request of the debug adapter beyond its protocol: `{ step }` is where to go. */
export const GO_TO = 'devresLens.goTo';
