import { describe, expect, it } from 'vitest';
import { endUnder, PUBLISH, rulesOf, UNBIND } from './shelf';

/** A handler that finds a jar with a reference, which leaves with the scope at each of its exits. */
const finds = (body: string) =>
  rulesOf(
    {
      end: `struct device *child __free(put_device) = device_find_child_by_name(dev, buf);

	if (!child)
		return -ENODEV;
	jar = container_of(child, struct jar, dev);
	${body}`,
    },
    'end_store',
    UNBIND,
  );

describe('__free() (include/linux/cleanup.h)', () => {
  it('drops its reference once, at every exit of the scope', () => {
    expect(finds('pr_debug("%d", jar->level);')).toEqual([]);
    expect(finds('switch (len) {\n\tcase 1:\n\t\treturn -EINVAL;\n\tdefault:\n\t\tpr_debug("%d", jar->level);\n\t}')).toEqual([]);
    expect(finds('for (;;) {\n\t\tif (len > 3)\n\t\t\tgoto out;\n\t\tpr_debug("%d", jar->level);\n\t\tbreak;\n\t}\nout:\n\t;')).toEqual([]);
    expect(finds('put_device(child);')).toContain('use-after-free');
  });
  it('drops none that was taken out of it', () => {
    expect(finds('put_device(no_free_ptr(child));')).toEqual([]);
    expect(finds('child = NULL;\n\tput_device(&jar->dev);')).toEqual([]);
    expect(finds('put_device(no_free_ptr(child));\n\tpr_debug("%d", jar->level);')).toContain('use-after-free');
  });
});

describe('goto ladders and helpers', () => {
  const end = (out: string) =>
    rulesOf(
      { publish: PUBLISH, end: `${endUnder('mutex_lock(&shelf->lock);', `if (len > 3)\n\t\tgoto out;\n\tlen = 1;\n${out}`)}` },
      'end_store',
      'end_store',
    );
  it('that give the lock back on both ways are one section', () => expect(end('out:\n\tmutex_unlock(&shelf->lock);')).toEqual([]));
  it('teardown through a function pointer is the teardown', () => {
    const globals = 'struct jar_ops { void (*end)(void *data); };\n';
    const through = (enter: string, leave: string) =>
      rulesOf(
        {
          publish: PUBLISH,
          shelf: 'const struct jar_ops *ops;',
          globals: `${globals}static void jar_unregister(void *data);\nstatic const struct jar_ops jar_ops = { .end = jar_unregister };\n`,
          prepare: 'shelf->ops = &jar_ops;',
          end: `${enter}\n\tjar = xa_load(&shelf->jars, 0);\n\tif (jar) {\n\t\txa_store(&shelf->jars, 0, NULL, GFP_KERNEL);\n\t\tdevm_remove_action_nowarn(shelf->host, jar_unregister, jar);\n\t\tshelf->ops->end(jar);\n\t}\n\t${leave}`,
        },
        'end_store',
        'end_store',
      );
    expect(through('', '')).toContain('double-teardown');
    expect(through('mutex_lock(&shelf->lock);', 'mutex_unlock(&shelf->lock);')).toEqual([]);
  });
});
