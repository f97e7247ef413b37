import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { editor, root } from '../support/environment';

interface Grammar {
  tokenizeLine(line: string): { tokens: { startIndex: number; endIndex: number; scopes: string[] }[] };
}

const installed = editor();

/** VS Code's own tokenizer with its own C grammar and ours. */
async function grammarOf(entry: string, scope: string): Promise<Grammar> {
  const code = join(dirname(entry), '../../lib/vscode');
  const require = createRequire(join(code, 'package.json'));
  const oniguruma = require('vscode-oniguruma');
  const textmate = require('vscode-textmate');
  await oniguruma.loadWASM(readFileSync(require.resolve('vscode-oniguruma/release/onig.wasm')).buffer);
  const files: Record<string, string> = {
    'source.c': join(code, 'extensions/cpp/syntaxes/c.tmLanguage.json'),
    'source.c.platform': join(code, 'extensions/cpp/syntaxes/platform.tmLanguage.json'),
    'devres-lens.injection': join(root, 'syntaxes/devres.injection.tmLanguage.json'),
    'text.devres-interleaving': join(root, 'syntaxes/interleaving.tmLanguage.json'),
  };
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns: string[]) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text: string) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async (name: string) => (files[name] ? JSON.parse(readFileSync(files[name], 'utf8')) : null),
    getInjections: (name: string) => (name === 'source.c' ? ['devres-lens.injection'] : []),
  });
  return registry.loadGrammar(scope);
}

/** The innermost scope of a word of a line. */
function scopeOf(grammar: Grammar, line: string, word: string): string | undefined {
  const at = line.indexOf(word);
  return grammar
    .tokenizeLine(line)
    .tokens.find(({ startIndex, endIndex }) => startIndex <= at && at < endIndex)
    ?.scopes.at(-1);
}

describe.skipIf(!installed)('grammars', () => {
  const entry = installed?.command[1] ?? '';

  test.each([
    ['\trc = devm_add_action_or_reset(dev, fn, data);', 'devm_add_action_or_reset', 'support.function.devres.c'],
    ['\tint devm_count = 1;', 'devm_count', undefined],
    ['\tdevm_release_action(dev, fn, data);', 'devm_release_action', 'support.function.devres.c'],
    ['\tptr = devres_alloc(release, size, GFP_KERNEL);', 'devres_alloc', 'support.function.devres.c'],
    ['\tgroup = devres_open_group(dev, NULL, GFP_KERNEL);', 'devres_open_group', 'support.function.devres.c'],
    ['\tdevres_release_all(dev);', 'devres_release_all', 'support.function.lifecycle.c'],
    ['static DEVICE_ATTR(size, 0644, size_show, size_store);', 'size,', 'variable.other.attribute.c'],
    ['static BIN_ATTR_RO(firmware, 0);', 'BIN_ATTR_RO', 'entity.name.function.preprocessor.attribute.c'],
    ['static BUS_ATTR_WO(flush);', 'flush', 'variable.other.attribute.c'],
    ['ATTRIBUTE_GROUPS(thing);', 'thing', 'variable.other.attribute.c'],
    ['__ATTRIBUTE_GROUPS(thing);', '__ATTRIBUTE_GROUPS', 'entity.name.function.preprocessor.attribute.c'],
    ['DEFINE_SYSFS_GROUP_VISIBLE(thing);', 'thing', 'variable.other.attribute.c'],
    ['\t.attr = __ATTR(name, 0444, show, NULL),', '__ATTR', 'entity.name.function.preprocessor.attribute.c'],
    ['static DEVICE_ATTR_WO(delete_thing);', 'DEVICE_ATTR_WO', 'entity.name.function.preprocessor.attribute.c'],
    ['static DEVICE_ATTR_WO(delete_thing);', 'delete_thing', 'variable.other.attribute.c'],
    ['\tguard(rwsem_read)(&lock);', 'rwsem_read', 'entity.name.type.guard.c'],
    ['\tscoped_guard(device, dev) {', 'scoped_guard', 'keyword.control.guard.c'],
    ['\tACQUIRE(rwsem_write_kill, guard)(&lock);', 'ACQUIRE', 'keyword.control.guard.c'],
    ['\tstruct device *dev __free(put_device) = get();', 'put_device', 'entity.name.function.cleanup.c'],
    ['\treturn_ptr(thing);', 'return_ptr', 'keyword.control.cleanup.c'],
    ['\treturn no_free_ptr(thing);', 'no_free_ptr', 'keyword.control.cleanup.c'],
    ['\tscoped_cond_guard(mutex_intr, return -EINTR, &lock) {', 'mutex_intr', 'entity.name.type.guard.c'],
    ['\tCLASS(thing_get, thing)(id);', 'thing_get', 'entity.name.type.guard.c'],
    ['DEFINE_FREE(put_thing, struct thing *, put_thing(_T))', 'DEFINE_FREE', 'entity.name.function.preprocessor.guard.c'],
    ['DEFINE_GUARD(thing, struct thing *, lock_it(_T), unlock_it(_T))', 'thing,', 'entity.name.type.guard.c'],
    ['\tdevice_initialize(dev);', 'device_initialize', 'support.function.lifecycle.c'],
    ['\tif (device_remove_file_self(dev, attr))', 'device_remove_file_self', 'support.function.lifecycle.c'],
    ['\tsysfs_break_active_protection(kobj, attr);', 'sysfs_break_active_protection', 'support.function.lifecycle.c'],
    ['\tbool guard = false;', 'guard', undefined],
    ['\tdev->device_add = NULL;', 'device_add', undefined],
    ['\tdevice_unregister(dev);', 'device_unregister', 'support.function.lifecycle.c'],
    ['/* device_unregister(dev) */', 'device_unregister', undefined],
    ['\tpr_info("device_del(x)");', 'device_del', undefined],
  ])('in %s, %s is %s', async (line, word, expected) => {
    const scope = scopeOf(await grammarOf(entry, 'source.c'), line, word);
    if (expected) expect(scope).toBe(expected);
    else expect(scope).not.toMatch(/devres|lifecycle|guard/);
  });

  test.each([
    ['drivers/x/a.c:12:3: [double-release]', 'drivers', 'string.unquoted.path.interleaving'],
    ['drivers/x/a.c:12:3: [double-release]', '[double-release]', 'entity.name.tag.rule.interleaving'],
    ['  CPU 0             CPU 1', 'CPU 1', 'markup.heading.thread.interleaving'],
    ['      ^ WARN: the action is gone', '^ WARN', 'invalid.consequence.interleaving'],
    ['    helper():', 'helper', 'entity.name.section.function.interleaving'],
    ['    put_device(dev)', 'put_device', 'support.function.call.interleaving'],
    ['  Why: nothing decides', 'Why', 'keyword.other.section.interleaving'],
    ['  Found in: a_store x unbind(dev)', 'unbind', 'entity.name.function.entry.interleaving'],
  ])('in %s, %s is %s', async (line, word, expected) => {
    expect(scopeOf(await grammarOf(entry, 'text.devres-interleaving'), line, word)).toBe(expected);
  });
});
