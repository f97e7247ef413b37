import { describe, expect, it } from 'vitest';
import { createEngine } from '../../../server/src/engine';
import { driver, type Parts, report, rulesOf, UNBIND, verdictOf } from './shelf';

/** How the file of a jar is made and unmade. */
const KINDS = {
  misc: {
    jar: 'struct miscdevice node;',
    prepare: 'if (misc_register(&jar->node))\n\t\treturn -EBUSY;',
    before: 'misc_deregister(&jar->node);',
  },
  cdev: { jar: 'struct cdev node;', prepare: 'if (cdev_add(&jar->node, 1, 1))\n\t\treturn -EBUSY;', before: 'cdev_del(&jar->node);' },
  'cdev with a parent': {
    jar: 'struct cdev node;',
    prepare: 'cdev_set_parent(&jar->node, &jar->dev.kobj);\n\tif (cdev_add(&jar->node, 1, 1))\n\t\treturn -EBUSY;',
    before: 'cdev_del(&jar->node);',
  },
} as const satisfies Record<string, Parts>;
type Kind = keyof typeof KINDS;

/** A read that looks at the jar; `open` and `release` are bodies. */
const operations = (kind: Kind, open: string, release: string) => `
static int jar_open(struct inode *inode, struct file *file)
{
	struct jar *jar = container_of(${kind === 'misc' ? 'file->private_data' : 'inode->i_cdev'}, struct jar, node);

	${open}
	file->private_data = jar;
	return 0;
}

static ssize_t jar_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	struct jar *jar = file->private_data;

	jar->level++;
	return 0;
}

static int jar_close(struct inode *inode, struct file *file)
{
	struct jar *jar = file->private_data;

	${release}
	return 0;
}
static const struct file_operations jar_fops = { .open = jar_open, .read = jar_read, .release = jar_close };
`;
const COUNTED = ['get_device(&jar->dev);', 'put_device(&jar->dev);'] as const;
const rules = (kind: Kind, [open, release]: readonly [string, string] = ['', '']) =>
  rulesOf({ ...KINDS[kind], globals: operations(kind, open, release) }, 'jar_read', UNBIND);

describe('open files of character devices (fs/char_dev.c, drivers/char/misc.c)', () => {
  it('outlive misc_deregister() and cdev_del()', () => {
    expect(rules('misc')).toContain('use-after-free');
    expect(rules('cdev')).toContain('use-after-free');
  });
  it('keep what their ->open has counted: misc_deregister() waits for a running ->open, cdev_del() does not', () => {
    expect(rules('misc', COUNTED)).toEqual([]);
    expect(rules('cdev', COUNTED)).toContain('use-after-free');
  });
  it('keep the parent of the character device', () => {
    expect(rules('cdev with a parent')).toEqual([]);
  });
  it('do not keep what ->release has put: a reference that ->open did not take is one too few', () => {
    expect(rules('misc', ['', COUNTED[1]])).toContain('use-after-free');
  });
  it.each([
    ['cdev_device_add', 'cdev_device_add(&jar->node, &jar->dev)', 'cdev_device_del(&jar->node, &jar->dev);\n\tput_device(&jar->dev);', []],
    ['device_add() before cdev_add()', 'device_add(&jar->dev)', 'device_unregister(&jar->dev);', ['use-after-free']],
  ])('%s', (_, add, teardown, found) => {
    const register = `rc = ${add};\n\tif (rc) {\n\t\tput_device(&jar->dev);\n\t\treturn rc;\n\t}${found.length > 0 ? '\n\tcdev_add(&jar->node, 1, 1);' : ''}
	rc = devm_add_action_or_reset(shelf->host, jar_unregister, jar);
	if (rc)
		return rc;`;
    const text = driver({
      jar: 'struct cdev node;',
      globals: operations('cdev', '', ''),
      register,
      teardown: `${found.length > 0 ? 'cdev_del(&jar->node);\n\t' : ''}${teardown}`,
    });
    expect(verdictOf(text, 'jar_read', UNBIND)?.rules).toEqual(found);
  });
});

describe('what ->open makes for a file', () => {
  const text = `
struct shelf { struct device dev; struct cdev node; struct xarray jars; };
struct jar { struct device dev; struct shelf *home; int level; };

static void jar_free(struct device *dev)
{
	kfree(container_of(dev, struct jar, dev));
}
static const struct device_type jar_type = { .name = "jar", .release = jar_free };

static int jar_open(struct inode *inode, struct file *file)
{
	struct shelf *shelf = container_of(inode->i_cdev, struct shelf, node);
	struct jar *jar = kzalloc(sizeof(*jar), GFP_KERNEL);

	if (!jar)
		return -ENOMEM;
	device_initialize(&jar->dev);
	jar->dev.type = &jar_type;
	if (device_add(&jar->dev)) {
		put_device(&jar->dev);
		return -EBUSY;
	}
	file->private_data = jar;
	return 0;
}

static long jar_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct jar *jar = file->private_data;

	device_unregister(&jar->dev);
	return 0;
}

static int jar_close(struct inode *inode, struct file *file)
{
	struct jar *jar = file->private_data;

	device_unregister(&jar->dev);
	return 0;
}
static const struct file_operations jar_fops = { .open = jar_open, .unlocked_ioctl = jar_ioctl, .release = jar_close };
`;
  it('nobody else has before ->open returns, or once ->release is called', () => {
    const pair = (a: string, b: string) => verdictOf(text, a, b);
    expect(pair('jar_open', 'jar_close')).toBeUndefined();
    expect(pair('jar_close', 'jar_close')).toBeUndefined();
    expect(pair('jar_ioctl', 'jar_close')).toBeUndefined();
    expect(pair('jar_open', 'jar_open')?.verdict).toBe('clean');
    expect(pair('jar_ioctl', 'jar_ioctl')?.rules).toContain('double-teardown');
  });
});

it('a driver that user space cannot unbind is unbound only where its device goes', () => {
  const text = (driver: string) => `
struct jar { struct miscdevice node; int level; };

static ssize_t jar_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	struct jar *jar = container_of(file->private_data, struct jar, node);

	return jar->level;
}
static const struct file_operations jar_fops = { .read = jar_read };

static int jar_probe(struct platform_device *pdev)
{
	struct jar *jar = devm_kzalloc(&pdev->dev, sizeof(*jar), GFP_KERNEL);

	if (!jar)
		return -ENOMEM;
	platform_set_drvdata(pdev, jar);
	jar->node.fops = &jar_fops;
	return misc_register(&jar->node);
}

static void jar_remove(struct platform_device *pdev)
{
	struct jar *jar = platform_get_drvdata(pdev);

	misc_deregister(&jar->node);
}
static struct platform_driver jar_driver = { .probe = jar_probe, .remove = jar_remove, .driver = { .name = "jar", ${driver} } };
`;
  const assumed = 'jar_remove() is called where the device goes: user space cannot unbind its driver (suppress_bind_attrs)';
  const assumptions = (driver: string) => {
    const [found] = report(text(driver)).findings;
    expect(found?.message).toContain('devres has freed it');
    return found?.assumptions;
  };
  expect(assumptions('.suppress_bind_attrs = true')).toContain(assumed);
  expect(assumptions('')).not.toContain(assumed);
});

it('the states along a trace say when the file is open', () => {
  const engine = createEngine('/', () => null);
  engine.setFile('shelf.c', driver({ ...KINDS.misc, globals: operations('misc', '', '') }));
  const found = engine.check().findings.find(({ rule, pairs }) => rule === 'use-after-free' && pairs.flat().includes('jar_read'));
  const states = engine.replay(found?.fingerprint ?? '')?.steps.flatMap(({ state }) => state) ?? [];
  const said = new Set(states.filter(({ name }) => name === 'file jar->node').map(({ value }) => value));
  expect(said).toEqual(new Set(['closed', expect.stringMatching(/^open on CPU \d$/)]));
});

it('what open files do with an object that is gone is one finding, with all its pairs', () => {
  const write = operations('misc', '', '').replace(
    'static const struct file_operations',
    'static ssize_t jar_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)\n{\n\tstruct jar *jar = file->private_data;\n\n\tjar->level--;\n\treturn 0;\n}\nstatic const struct file_operations',
  );
  const { findings } = report(
    driver({ ...KINDS.misc, globals: write.replace('.read = jar_read,', '.read = jar_read, .write = jar_write,') }),
  );
  const isOfFile = ([a, b]: readonly [string, string]) => /^jar_(?:read|write)$/.test(a) && b === UNBIND;
  const found = findings.filter(({ rule, pairs }) => rule === 'use-after-free' && pairs.some(isOfFile));
  expect(found).toHaveLength(1);
  expect(found[0]?.pairs).toContainEqual(['jar_read', UNBIND]);
  expect(found[0]?.pairs).toContainEqual(['jar_write', UNBIND]);
});
