import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createEngine } from '../../server/src/engine';
import { extractFacts } from '../../server/src/facts';
import { columns } from '../../server/src/fixes/owner-registry/source/layout';
import { fixed, patch, readTexts, refusal, type Texts } from '../fixes/owner-registry/apply';
import { root } from '../support/environment';

const racy = readTexts(join(root, 'examples/minibus-racy'));

const hub = readTexts(join(root, 'test/fixes/owner-registry/hub'));

/** The same driver, whose objects have names that are no prefix and number. */
function withNames(texts: Texts): Texts {
  return { ...texts, 'line.c': (texts['line.c'] ?? '').replace('"line%u"', '"line-%x"') };
}

function unclean(texts: Texts): string[] {
  return check(texts)
    .verdicts.filter((v) => v.verdict !== 'clean')
    .map((v) => `${v.pair.join(' x ')}: ${v.verdict} ${v.rules.join(' ')}`);
}

function check(texts: Texts) {
  const engine = createEngine('', (path) => texts[path] ?? null);
  for (const [path, text] of Object.entries(texts)) engine.setFile(path, text);
  return engine.check();
}

describe('owner-registry on the shipped driver', () => {
  const after = fixed(racy, 'mb_slot', 'slot_unregister');

  test('gives the diff that is kept beside it', async () => {
    await expect(patch(racy, after)).toMatchFileSnapshot('../fixes/owner-registry/minibus.diff');
  });

  test('is violated before and explores clean in every pair after', () => {
    expect(check(racy).verdicts.filter((v) => v.verdict === 'violated').length).toBeGreaterThan(5);
    const { verdicts, findings } = check(after);
    expect(findings).toEqual([]);
    expect(verdicts.map((v) => `${v.pair.join(' ')} ${v.verdict}`).filter((line) => !line.endsWith(' clean'))).toEqual([]);
    expect(verdicts.length).toBeGreaterThanOrEqual(10);
    expect(verdicts.filter((v) => v.states === 0)).toEqual([]);
  });

  test('parses without errors and keeps within 80 columns', () => {
    for (const [path, text] of Object.entries(after)) {
      expect(extractFacts(path, text).errors).toEqual([]);
      const known = new Set((racy[path] ?? '').split('\n'));
      for (const line of text.split('\n').filter((l) => !known.has(l))) expect([line, columns(line) <= 80]).toEqual([line, true]);
    }
  });

  test('leaves no trace of the devm action', () => {
    expect(after['window.c']).not.toMatch(/devm_\w+\([^)]*slot_unregister/);
  });

  test('changes nothing when it is applied again: it says that the owner keeps the objects', () => {
    expect(refusal(after, 'mb_slot', 'slot_unregister')).toMatch(/owner keeps the objects already/);
  });

  test('gives a diff that git apply takes', () => {
    const { status, stderr } = spawnSync('git', ['apply', '--check', '--directory=examples/minibus-racy', '-'], {
      cwd: root,
      input: patch(racy, after),
      encoding: 'utf8',
    });
    expect(`${status} ${stderr}`).toBe('0 ');
  });
});

describe('owner-registry on a driver without a lock, in two files, whose owner is not cleared by its allocation', () => {
  test.each([
    ['an xarray by number', hub, 'hub-xarray.diff'],
    ['a list where names are made otherwise', withNames(hub), 'hub-list.diff'],
  ])('uses %s, and explores clean', async (_what, before, golden) => {
    const after = fixed(before, 'hub_line', 'line_down');
    expect(unclean(before).length).toBeGreaterThan(3);
    expect(unclean(after)).toEqual([]);
    expect(check(after).verdicts.length).toBe(check(before).verdicts.length);
    await expect(patch(before, after)).toMatchFileSnapshot(`../fixes/owner-registry/${golden}`);
    expect(refusal(after, 'hub_line', 'line_down')).toMatch(/owner keeps the objects already/);
  });
});

describe('owner-registry is refused with the precondition that fails', () => {
  const edit = (from: string | RegExp, to: string): Texts => {
    const text = hub['line.c'] ?? '';
    const changed = text.replace(from, to);
    if (changed === text) throw new Error('the text to be changed is not there');
    return { ...hub, 'line.c': changed };
  };
  const why = (texts: Texts) => refusal(texts, 'hub_line', 'line_down');

  test('nobody but devres ends the object', () => {
    expect(why(edit('devm_release_action(dev->parent, line_down, to_hub_line(found));', ''))).toMatch(/nothing to race with/);
  });

  test('the handler does more than look up and release', () => {
    expect(why(edit('\tput_device(found);', '\tdevice_attach(found);\n\tput_device(found);'))).toMatch(/goes on with the object/);
    expect(why(edit('\tdevm_release_action(', '\tdevice_attach(found);\n\tdevm_release_action('))).toMatch(/does more than look up/);
  });

  test('the object is looked up by something else than its name', () => {
    expect(why(edit('device_find_child_by_name(dev, buf)', 'device_find_child(dev, NULL, match_any)'))).toMatch(/by the name/);
  });

  test('the owner has such a member', () => {
    const hubs = { ...hub, 'hub.h': (hub['hub.h'] ?? '').replace('u32 speed;', 'u32 speed;\n\tint lines;') };
    expect(refusal(hubs, 'hub_line', 'line_down')).toMatch(/struct hub has a member lines already/);
  });

  test('the constructor is exported', () => {
    expect(why(edit('static ssize_t new_line_store', 'EXPORT_SYMBOL_GPL(line_up);\n\nstatic ssize_t new_line_store'))).toMatch(
      /is exported/,
    );
  });

  test('the handler creates in two places', () => {
    const twice = '\tline = line_up(hub, nr);\n\tline_show(line);\n\tline = line_up(hub, nr + 1);';
    expect(why(edit('\tline = line_up(hub, nr);', twice))).toMatch(/creates objects in several places/);
  });

  test('the owner is never freed by a release', () => {
    expect(refusal({ ...hub, 'hub.c': (hub['hub.c'] ?? '').replace('\tkfree(to_hub(dev));', '') }, 'hub_line', 'line_down')).toMatch(
      /no release of struct hub/,
    );
  });

  test('the teardown is named by other files', () => {
    expect(why(edit('static void line_down', 'void line_down'))).toMatch(/not static/);
  });

  test('construction runs under a lock that is no mutex', () => {
    const spin = {
      ...hub,
      'hub.h': (hub['hub.h'] ?? '').replace('\tu32 speed;\n\tstruct device', '\tu32 speed;\n\tspinlock_t lock;\n\tstruct device'),
    };
    const text = (hub['line.c'] ?? '').replace(
      '\tline = line_up(hub, nr);',
      '\tspin_lock(&hub->lock);\n\tline = line_up(hub, nr);\n\tspin_unlock(&hub->lock);',
    );
    expect(refusal({ ...spin, 'line.c': text }, 'hub_line', 'line_down')).toMatch(/runs under lock, which is no mutex/);
  });

  test('the result of the registration is not tested', () => {
    expect(
      why(
        edit(
          '\tret = devm_add_action_or_reset(hub->dev.parent, line_down, line);\n\tif (ret)\n\t\treturn ERR_PTR(ret);',
          '\tret = devm_add_action_or_reset(hub->dev.parent, line_down, line);',
        ),
      ),
    ).toMatch(/does not test the result/);
  });
});

describe('owner-registry fits its edits to the code', () => {
  const store = (body: string): string => {
    const text = (hub['line.c'] ?? '').replace(
      /\tline = line_up\(hub, nr\);[\s\S]*?\treturn count;\n/,
      body
        .split('\n')
        .map((line) => `\t${line}\n`)
        .join(''),
    );
    const after = fixed({ ...hub, 'line.c': text }, 'hub_line', 'line_down')['line.c'] ?? '';
    return after.slice(after.indexOf('new_line_store('), after.indexOf('DEVICE_ATTR_WO(new_line)'));
  };

  test('a creator that acquires something first takes the lock and refuses before it does', () => {
    const text = store(
      'ret = number_take(nr);\nif (ret)\n\treturn ret;\n\nline = line_up(hub, nr);\nif (IS_ERR(line))\n\treturn PTR_ERR(line);\n\nreturn count;',
    );
    const order = ['mutex_lock_interruptible(', '->dead', 'number_take(', 'line_up('].map((word) => text.indexOf(word));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order[0]).toBeGreaterThan(0);
    expect(text.match(/mutex_unlock\(/g)?.length).toBe(3);
  });

  test('breaks and gotos out of the section give the lock back', () => {
    const text = store(
      'while (nr--) {\n\tline = line_up(hub, nr);\n\tif (IS_ERR(line))\n\t\tbreak;\n\tline->speed = nr;\n}\n\nif (!nr)\n\tgoto out;\nout:\nreturn count;',
    );
    expect(text).toMatch(/if \(IS_ERR\(line\)\) \{\n\t+mutex_unlock\(&hub->lines_lock\);\n\t+break;\n\t+\}/);
    expect(text).toMatch(/line->speed = nr;\n\t+mutex_unlock\(&hub->lines_lock\);\n\t\}/);
    expect(text).toMatch(/if \(!nr\)\n\t\tgoto out;/);
  });

  test('a taken name is avoided where there is another', () => {
    const named = { ...hub, 'hub.h': (hub['hub.h'] ?? '').replace('u32 speed;', 'u32 speed;\n\tint dead;') };
    expect(fixed(named, 'hub_line', 'line_down')['hub.h']).toContain('bool lines_dead;');
  });

  test('in one file, what tears down the rest is declared before the comment of the function that calls it', () => {
    const line = (hub['line.c'] ?? '').replace(/^[\s\S]*?#include "hub.h"\n/, '');
    const owner = (hub['hub.c'] ?? '').replace('static void hub_remove', '/* Ends a hub */\nstatic void hub_remove');
    const one = { 'hub.h': hub['hub.h'] ?? '', 'hub.c': owner + line };
    const after = fixed(one, 'hub_line', 'line_down')['hub.c'] ?? '';
    expect(after).toContain('static void kill_lines(struct hub *hub);\n\n/* Ends a hub */\nstatic void hub_remove');
    expect(after).toMatch(/\tkill_lines\(hub\);\n\tdevice_unregister\(&hub->dev\);/);
  });
});
