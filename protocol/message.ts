/** Lines and characters count from 0, characters in the encoding of positions that was agreed on. */
export interface Position {
  line: number;
  character: number;
}

/** A stretch of a document, as the language server protocol's Location. */
export interface Place {
  uri: string;
  range: { start: Position; end: Position };
}

/** A request of our own: its method, and as types only what is asked and what is answered. */
export interface Request<Params, Result> {
  readonly method: string;
  readonly types?: (params: Params) => Result;
}

/** A notification of our own. */
export interface Notification<Params> {
  readonly method: string;
  readonly types?: (params: Params) => void;
}
