import { describe, expect, it } from 'vitest';
import { driver, type Parts, UNBIND, verdictOf } from './shelf';

const rules = (text: string): string[] => verdictOf(text, 'add_store', UNBIND)?.rules ?? ['no such pair'];

describe('the release function of a device (drivers/base/core.c device_release)', () => {
  /** Without the release function of the type. */
  const untyped = (parts: Parts) => driver(parts).replace('jar->dev.type = &jar_type;', '').replace('.release = jar_release, ', '');
  const failing = (ends: string, set: string) =>
    `rc = dev_set_name(&jar->dev, "jar");\n\tif (rc)\n\t\tgoto err;\n\t${set}\n\trc = device_add(&jar->dev);\n\tif (rc)\n\t\tgoto err;\n\trc = devm_add_action_or_reset(shelf->host, jar_unregister, jar);\n\treturn rc;\nerr:\n\tput_device(&jar->dev);\n\t${ends}\n\treturn rc;`;
  const SET = 'jar->dev.release = jar_release;';

  it('frees memory with the last reference, once it is set', () => {
    // Whoever puts it before that frees it himself.
    expect(rules(untyped({ register: failing('kfree(jar);', '') }).replace('rc = devm_add', `${SET}\n\trc = devm_add`))).not.toContain(
      'use-after-free',
    );
    expect(rules(untyped({ prepare: SET, register: failing('kfree(jar);', '') }))).toContain('use-after-free');
    expect(rules(untyped({ prepare: SET, register: failing('', '') }))).not.toContain('use-after-free');
  });
  it('may do nothing: then the memory is there until somebody frees it', () => {
    const frees = driver({ teardown: 'device_unregister(&jar->dev);\n\tkfree(jar);' });
    const empty = (text: string) => text.replace('kfree(container_of(dev, struct jar, dev));', '');
    expect(rules(frees)).toContain('use-after-free');
    expect(rules(empty(frees))).not.toContain('use-after-free');
    const uses = (more: string) => empty(driver({ teardown: `device_unregister(&jar->dev);\n\tkfree(jar);${more}` }));
    expect(rules(uses('\n\tjar->level = 1;'))).toContain('use-after-free');
  });
  it('may tell who unregisters the device that the memory is theirs', () => {
    const waits = driver({
      jar: 'struct completion gone;',
      prepare: 'init_completion(&jar->gone);',
      teardown: 'device_unregister(&jar->dev);\n\twait_for_completion(&jar->gone);\n\tkfree(jar);',
    });
    const told = waits.replace('kfree(container_of(dev, struct jar, dev));', 'complete(&container_of(dev, struct jar, dev)->gone);');
    expect(rules(told)).not.toContain('use-after-free');
    expect(rules(told.replace('->gone);\n', '->gone);\n\tkfree(container_of(dev, struct jar, dev));\n'))).toContain('use-after-free');
    // The same by a class that is made when the module starts.
    const init =
      'static struct class *jars;\nstatic int jars_init(void)\n{\n\tjars = kzalloc(sizeof(*jars), GFP_KERNEL);\n\tif (!jars)\n\t\treturn -ENOMEM;\n\tjars->dev_release = jar_release;\n\treturn 0;\n}\n';
    const classy = told.replace('jar->dev.type = &jar_type;', 'jar->dev.class = jars;').replace('.release = jar_release, ', '');
    expect(rules(classy.replace('static void jar_unregister', `${init}\nstatic void jar_unregister`))).not.toContain('use-after-free');
    expect(rules(classy)).toContain('use-after-free');
  });
});

describe('a kref (include/linux/kref.h)', () => {
  const ends = (release: string) =>
    driver({
      jar: 'struct kref ref;',
      prepare: 'kref_init(&jar->ref);',
      globals: `
static void jar_last(struct kref *ref)
{
	struct jar *jar = container_of(ref, struct jar, ref);

	${release}
}
`,
      teardown: 'kref_put(&jar->ref, jar_last);',
    });
  it('calls its release function with the last reference, which may unregister the device: that still has its own', () => {
    expect(rules(ends('jar->level = 0;\n\tdevice_unregister(&jar->dev);'))).not.toContain('use-after-free');
    expect(rules(ends('device_unregister(&jar->dev);\n\tjar->level = 0;'))).toContain('use-after-free');
  });
});
