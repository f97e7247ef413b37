import { describe, expect, it } from 'vitest';
import { applyEdits, hashText } from '../../../server/src/text';

describe('applyEdits', () => {
  it('applies edits in any order, all against the original', () => {
    const edits = [
      { at: 8, end: 9, text: 'long' },
      { at: 0, end: 3, text: 'u8' },
    ];
    expect(applyEdits('int a = b;', edits)).toBe('u8 a = long;');
  });

  it('keeps the order of insertions at one place', () => {
    const edits = [
      { at: 1, end: 1, text: 'x' },
      { at: 1, end: 1, text: 'y' },
    ];
    expect(applyEdits('ab', edits)).toBe('axyb');
  });

  it('lets an edit begin where another ends', () => {
    const edits = [
      { at: 0, end: 1, text: '1' },
      { at: 1, end: 2, text: '2' },
    ];
    expect(applyEdits('ab', edits)).toBe('12');
  });

  it('rejects overlaps and ranges outside the text', () => {
    const overlapping = [
      { at: 0, end: 3, text: '' },
      { at: 2, end: 4, text: '' },
    ];
    expect(() => applyEdits('abcd', overlapping)).toThrow(/overlaps/);
    expect(() => applyEdits('abcd', [{ at: 3, end: 9, text: '' }])).toThrow(/outside/);
    expect(() => applyEdits('abcd', [{ at: 3, end: 1, text: '' }])).toThrow(/outside/);
  });
});

describe('hashText', () => {
  it('tells contents apart and is the same for the same content', () => {
    expect(hashText('é')).toBe(hashText('é'));
    expect(hashText('a')).not.toBe(hashText('b'));
    expect(hashText('')).toBe('da39a3ee5e6b4b0d3255bfef95601890afd80709');
  });
});
