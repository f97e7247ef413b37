import { createHash } from 'node:crypto';

/** SHA-1 of the text's UTF-8 form, in hexadecimal: names a content, protects nothing. */
export function hashText(text: string): string {
  return createHash('sha1').update(text, 'utf8').digest('hex');
}
