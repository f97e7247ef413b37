import { registerCodeLens } from './code-lens';
import { registerLifetimes } from './lifetimes';
import type { RequestContext } from './request-context';

/** What an editor shows of the last results on its own, without being asked about a finding. */
export function registerViews(context: RequestContext): void {
  registerCodeLens(context);
  registerLifetimes(context);
}
