/** Why a path cannot be checked. */
export type HostErrorCode =
  | 'missing'
  | 'unreadable'
  | 'symlink-loop'
  | 'not-c'
  | 'not-text'
  | 'no-c-files'
  | 'no-cxl'
  | 'several-trees'
  | 'not-analysed'
  | 'patch'
  | 'baseline'
  | 'git'
  | 'write';

/** Something outside the program is not as it has to be: the message names the path and what to do. */
export class HostError extends Error {
  override name = 'HostError';
  constructor(
    readonly code: HostErrorCode,
    readonly path: string,
    message: string,
  ) {
    super(message);
  }
}

/** Turns an error of node:fs into a HostError; anything else is passed on as it is. */
export function fromSystemError(error: unknown, path: string): unknown {
  switch ((error as NodeJS.ErrnoException | null)?.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new HostError('missing', path, `${path}: no such file or folder; check the spelling and the current folder`);
    case 'EACCES':
    case 'EPERM':
      return new HostError('unreadable', path, `${path}: permission denied; make it readable for this user`);
    case 'ELOOP':
      return new HostError('symlink-loop', path, `${path}: symbolic links form a loop; pass the path of a real file or folder`);
    default:
      return error;
  }
}
