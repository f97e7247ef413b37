import { element } from '../../page/host';

/** Code that breaks where people break it: after an opening parenthesis, as after a blank, and not within an arrow. */
export function breakable(code: string): (Node | string)[] {
  return code.split(/(->|\((?!\)))/).flatMap((part) => {
    if (part === '(') return [part, element('wbr')];
    return part === '->' ? [element('span', { class: 'whole' }, part)] : [part];
  });
}
