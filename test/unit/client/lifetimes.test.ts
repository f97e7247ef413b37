import { describe, expect, test } from 'vitest';
import { filtered } from '../../../client/src/views/lifetimes/filter';
import { rowsOf } from '../../../client/src/views/lifetimes/nodes';
import type { ActionItem, FolderLifetimes, State, VerdictItem } from '../../../protocol/lifetimes';

const location = { uri: 'file:///a.c', range: { start: { line: 1, character: 0 }, end: { line: 1, character: 3 } } };

function verdict(other: string, state: State): VerdictItem {
  return {
    other,
    state,
    rules: state === 'violated' ? ['double-release'] : [],
    reason: null,
    fingerprint: state === 'violated' ? 'f' : null,
  };
}

function action(name: string, state: State, verdicts: VerdictItem[] = []): ActionItem {
  const releasers = [{ entry: `${name}_store`, kind: 'sysfs-store', location, state, verdicts }];
  return { name, object: 'thing', location, state, fingerprint: null, releasers };
}

const folder = (actions: ActionItem[], name = 'drivers/thing'): FolderLifetimes => ({
  name,
  uri: `file:///${name}`,
  hosts: [{ text: 'owner->dev', detail: 'struct owner', location, actions }],
});

describe('rows of the side bar', () => {
  test('number the actions of a host as its unbind runs them', () => {
    const [host] = rowsOf([folder([action('newest', 'violated'), action('older', 'clean')])]);
    expect(host).toMatchObject({ label: 'owner->dev', description: 'struct owner', isOpen: true });
    expect(host?.children.map(({ label }) => label)).toEqual(['1. newest()', '2. older()']);
    expect(host?.children[0]?.description).toBe('1 of 1 race · struct thing');
  });

  test('fold the pairs without a race into one row', () => {
    const verdicts = [verdict('other_store', 'violated'), verdict('a_show', 'clean'), verdict('b_show', 'clean')];
    const [host] = rowsOf([folder([action('end', 'violated', verdicts)])]);
    const rows = host?.children[0]?.children[0]?.children;
    expect(rows?.map(({ label }) => label)).toEqual(['× other_store', '2 pairs without a race']);
    expect(rows?.[0]).toMatchObject({ description: 'double-release', fingerprint: 'f' });
  });

  test('have ids of their own, and a row for each folder where there are several', () => {
    const rows = rowsOf([folder([action('end', 'clean')], 'one'), folder([action('end', 'clean')], 'two')]);
    expect(rows.map(({ label }) => label)).toEqual(['one', 'two']);
    const ids = rows.flatMap((row) => [row, ...row.children, ...row.children.flatMap(({ children }) => children)]).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('the filter of the side bar', () => {
  const folders = [folder([action('end', 'violated'), action('stop', 'clean')])];
  const names = (text: string, onlyRacing = false) =>
    filtered(folders, { text, onlyRacing }).flatMap(({ hosts }) => hosts.flatMap(({ actions }) => actions.map(({ name }) => name)));

  test('looks for words in all names, whatever their case', () => {
    expect(names('')).toEqual(['end', 'stop']);
    expect(names('STOP_store')).toEqual(['stop']);
    expect(names('owner end')).toEqual(['end']);
  });

  test('can leave what races only; what it empties vanishes', () => {
    expect(names('', true)).toEqual(['end']);
    expect(filtered(folders, { text: 'nothing like it', onlyRacing: false })).toEqual([]);
  });
});
