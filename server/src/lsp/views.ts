import { registerCallHierarchy } from './call-hierarchy';
import { registerCodeLens } from './code-lens';
import { registerDocumentLinks } from './document-links';
import { registerHover } from './hover';
import { registerInlayHints } from './inlay-hints';
import { registerLifetimes } from './lifetimes';
import type { RequestContext } from './request-context';

/** What an editor shows of the last results beside the findings and what is done about them. */
export function registerViews(context: RequestContext): void {
  registerCallHierarchy(context);
  registerCodeLens(context);
  registerDocumentLinks(context);
  registerHover(context);
  registerInlayHints(context);
  registerLifetimes(context);
}
