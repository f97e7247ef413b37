import { describe, expect, it } from 'vitest';
import { report } from './rows/shelf';

/** A driver that makes a pump in its probe, and ends it in ->remove. */
const driver = ({ alloc = 'devm_kzalloc(&pdev->dev, sizeof(*pump), GFP_KERNEL)', late = '', fail = '', remove = '' } = {}) => `
struct pump { struct device dev; int level; };
struct tank { struct pump *pump; };

static void pump_release(struct device *dev)
{
	${alloc.startsWith('devm') ? '' : 'kfree(container_of(dev, struct pump, dev));'}
}

static ssize_t level_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct pump *pump = container_of(dev, struct pump, dev);

	return sysfs_emit(buf, "%d\\n", pump->level);
}
static DEVICE_ATTR_RO(level);
static struct attribute *pump_attrs[] = { &dev_attr_level.attr, NULL };
ATTRIBUTE_GROUPS(pump);
static const struct device_type pump_type = { .name = "pump", .release = pump_release, .groups = pump_groups };

static int pump_probe(struct platform_device *pdev)
{
	struct tank *tank = devm_kzalloc(&pdev->dev, sizeof(*tank), GFP_KERNEL);
	struct pump *pump = ${alloc};
	int rc;

	if (!tank || !pump)
		return -ENOMEM;
	device_initialize(&pump->dev);
	pump->dev.parent = &pdev->dev;
	pump->dev.type = &pump_type;
	rc = device_add(&pump->dev);
	if (rc) {
		put_device(&pump->dev);
		return rc;
	}
	tank->pump = pump;
	${late}
	platform_set_drvdata(pdev, tank);
	pump->level = 1;
	return 0;
${fail}
}

static void pump_remove(struct platform_device *pdev)
{
	struct tank *tank = platform_get_drvdata(pdev);
	struct pump *pump = tank->pump;

	device_unregister(&pump->dev);
	${remove}
}
static struct platform_driver pump_driver = { .probe = pump_probe, .remove = pump_remove, .driver = { .name = "pump" } };
`;

const rules = (text: string) => report(text).findings.map(({ rule }) => rule);

describe('a driver whose ->remove ends what its probe has made (drivers/base/dd.c)', () => {
  it('is unbound by ->remove before devres frees its memory, and not while it is probed', () => {
    expect(rules(driver())).toEqual([]);
    expect(rules(driver({ remove: 'pump->level = 0;' }))).toEqual([]);
  });

  it('is not removed after a probe that has failed', () => {
    const alloc = 'kzalloc(sizeof(*pump), GFP_KERNEL)';
    const late = 'rc = device_create_file(&pump->dev, &dev_attr_level);\n\tif (rc)\n\t\tgoto err;';
    expect(rules(driver({ alloc, late, fail: 'err:\n\tdevice_unregister(&pump->dev);\n\treturn rc;' }))).toEqual([]);
    // One that says that it has succeeded is.
    expect(rules(driver({ alloc, late, fail: 'err:\n\tdevice_unregister(&pump->dev);\n\treturn 0;' }))).not.toEqual([]);
  });
});
