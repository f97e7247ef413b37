const texts = new WeakMap<object, string>();

/** What plain data without places says. Facts outlast edits elsewhere and are part of many slices: they are written out once. */
export function textOf(data: object): string {
  let text = texts.get(data);
  if (text === undefined) {
    text = JSON.stringify(data);
    texts.set(data, text);
  }
  return text;
}
