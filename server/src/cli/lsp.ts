import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { serverBundle } from '../host/install';
import { EXIT, UsageError } from './io';

/** `lsp --stdio`: hands the process over to the server's own bundle, which reads its transport from the arguments. */
export async function lsp(): Promise<number> {
  const bundle = serverBundle();
  if (!existsSync(bundle)) throw new UsageError(`${bundle} is missing; build it with npm run build`);
  await import(pathToFileURL(bundle).href);
  return EXIT.nothing;
}
