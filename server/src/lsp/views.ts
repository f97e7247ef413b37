import { registerCallHierarchy } from './call-hierarchy';
import { registerCodeLens } from './code-lens';
import { registerDocumentLinks } from './document-links';
import { registerInlayHints } from './inlay-hints';
import { registerLifetimes } from './lifetimes';
import type { RequestContext } from './request-context';

/** What an editor shows of the last results on its own, without being asked about a finding. */
export function registerViews(context: RequestContext): void {
  registerCallHierarchy(context);
  registerCodeLens(context);
  registerDocumentLinks(context);
  registerInlayHints(context);
  registerLifetimes(context);
}
