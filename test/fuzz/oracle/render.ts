import type { DriverModel, Lock, Op } from './model';
import { HANDLERS } from './model';

const LOCK: Record<Lock, { take: string; drop: string; guard: string }> = {
  first: { take: 'mutex_lock(&crate->first);', drop: 'mutex_unlock(&crate->first);', guard: 'mutex, &crate->first' },
  second: { take: 'mutex_lock(&crate->second);', drop: 'mutex_unlock(&crate->second);', guard: 'mutex, &crate->second' },
  host: { take: 'device_lock(crate->host);', drop: 'device_unlock(crate->host);', guard: 'device, crate->host' },
};

/** The model as a complete driver in one file. */
export function render(model: DriverModel): string {
  return [HEAD, teardown(model), builder(model), ...model.handlers.map((ops, i) => handler(HANDLERS[i] as string, ops)), TAIL].join('\n');
}

function teardown({ teardown: t }: DriverModel): string {
  const owner = t.lock !== null || t.erases;
  const body: string[] = [];
  if (t.guard === 'test-and-set') body.push('if (test_and_set_bit(0, &item->flags))', '\treturn;');
  if (t.guard === 'test-then-set') body.push('if (test_bit(0, &item->flags))', '\treturn;', 'set_bit(0, &item->flags);');
  if (t.erases) body.push('xa_erase(&crate->items, 0);');
  if (t.usesAfterDelete) body.push('device_del(&item->dev);', 'pr_info("item %d is gone\\n", item->value);', 'put_device(&item->dev);');
  else body.push('device_unregister(&item->dev);');
  return `static void item_unregister(void *data)
{
	struct item *item = data;
${owner ? '\tstruct crate *crate = to_crate(item->dev.parent);\n' : ''}
${t.lock ? `\tguard(mutex)(&crate->${t.lock});\n` : ''}${body.map((line) => `\t${line}\n`).join('')}}
`;
}

function builder({ stored }: DriverModel): string {
  return `static int item_add(struct crate *crate)
{
	struct item *item;
	int rc;

	item = kzalloc(sizeof(*item), GFP_KERNEL);
	if (!item)
		return -ENOMEM;

	device_initialize(&item->dev);
	item->dev.parent = &crate->dev;
	item->dev.type = &item_type;
	rc = dev_set_name(&item->dev, "item0");
	if (!rc)
		rc = device_add(&item->dev);
	if (rc) {
		put_device(&item->dev);
		return rc;
	}

	rc = devm_add_action_or_reset(crate->host, item_unregister, item);
	if (rc)
		return rc;
${stored ? '\txa_store(&crate->items, 0, item, GFP_KERNEL);\n' : ''}
	return 0;
}
`;
}

function handler(name: string, ops: Op[]): string {
  const writer = new HandlerWriter();
  writer.block(ops, null);
  return `static ssize_t ${name}(struct device *dev, struct device_attribute *attr,
			    const char *buf, size_t len)
{
	struct crate *crate = to_crate(dev);
${writer.declarations.map((line) => `\t${line}\n`).join('')}
${writer.lines.join('\n')}

	return len;
}
static DEVICE_ATTR_WO(${name.replace('_store', '')});
`;
}

/** Writes a handler's body; every lookup has variables of its own. */
class HandlerWriter {
  readonly lines: string[] = [];
  readonly declarations: string[] = [];
  private depth = 1;
  private count = 0;

  block(ops: Op[], item: string | null): void {
    for (const op of ops) this.write(op, item ?? 'NULL');
  }

  private line(text: string): void {
    this.lines.push('\t'.repeat(this.depth) + text);
  }

  private nested(open: string, inner: () => void): void {
    this.line(`${open} {`);
    this.depth++;
    inner();
    this.depth--;
    this.line('}');
  }

  private variable(type: string, name: string): string {
    const full = `${name}${this.count++}`;
    this.declarations.push(`struct ${type} *${full};`);
    return full;
  }

  private write(op: Op, item: string): void {
    switch (op.op) {
      case 'locked': {
        const lock = LOCK[op.lock];
        if (op.scoped) return this.nested(`scoped_guard(${lock.guard})`, () => this.block(op.body, item));
        this.line(lock.take);
        this.block(op.body, item);
        return this.line(lock.drop);
      }
      case 'find': {
        const found = this.variable('device', 'found');
        this.line(`${found} = device_find_child_by_name(dev, buf);`);
        const own = this.variable('item', 'item');
        return this.nested(`if (${found})`, () => {
          this.line(`${own} = to_item(${found});`);
          this.block(op.body, own);
          this.line(`put_device(${found});`);
        });
      }
      case 'load':
      case 'erase': {
        const own = this.variable('item', 'item');
        this.line(`${own} = xa_${op.op}(&crate->items, 0);`);
        return this.nested(`if (${own})`, () => this.block(op.body, own));
      }
      case 'unless-claimed':
        if (op.atomic) return this.nested(`if (!test_and_set_bit(0, &${item}->flags))`, () => this.block(op.body, item));
        return this.nested(`if (!test_bit(0, &${item}->flags))`, () => {
          this.line(`set_bit(0, &${item}->flags);`);
          this.block(op.body, item);
        });
      case 'unless-gone':
        return this.nested(`if (!${item}->gone)`, () => {
          this.line(`${item}->gone = true;`);
          this.block(op.body, item);
        });
      case 'unless-dead':
        return this.nested('if (!crate->dead)', () => {
          if (op.set) this.line('crate->dead = true;');
          this.block(op.body, item);
        });
      case 'release':
        return this.line(`devm_release_action(crate->host, item_unregister, ${item});`);
      case 'remove':
        if (op.ignored) this.line(`devm_remove_action_nowarn(crate->host, item_unregister, ${item});`);
        else this.line(`if (!devm_remove_action_nowarn(crate->host, item_unregister, ${item}))`);
        return this.line(`${op.ignored ? '' : '\t'}item_unregister(${item});`);
      case 'teardown':
        return this.line(`item_unregister(${item});`);
      case 'use':
        return this.line(`pr_info("item %d\\n", ${item}->value);`);
      case 'get':
      case 'put':
        return this.line(`${op.op}_device(&${item}->dev);`);
    }
  }
}

const HEAD = `// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/xarray.h>

struct crate {
	struct device dev;
	struct device *host;
	struct mutex first;
	struct mutex second;
	struct xarray items;
	bool dead;
};

struct item {
	struct device dev;
	unsigned long flags;
	bool gone;
	int value;
};

#define to_crate(d) container_of(d, struct crate, dev)
#define to_item(d) container_of(d, struct item, dev)

static void item_release(struct device *dev)
{
	kfree(to_item(dev));
}

static const struct device_type item_type = {
	.name = "item",
	.release = item_release,
};
`;

const TAIL = `static struct attribute *crate_attrs[] = {
	&dev_attr_first.attr,
	&dev_attr_second.attr,
	NULL,
};
ATTRIBUTE_GROUPS(crate);

static void crate_release(struct device *dev)
{
	kfree(to_crate(dev));
}

static const struct device_type crate_type = {
	.name = "crate",
	.groups = crate_groups,
	.release = crate_release,
};

static void crate_unregister(void *data)
{
	struct crate *crate = data;

	device_unregister(&crate->dev);
}

static int crate_probe(struct platform_device *pdev)
{
	struct crate *crate;
	int rc;

	crate = kzalloc(sizeof(*crate), GFP_KERNEL);
	if (!crate)
		return -ENOMEM;

	crate->host = &pdev->dev;
	crate->dead = false;
	mutex_init(&crate->first);
	mutex_init(&crate->second);
	xa_init(&crate->items);
	device_initialize(&crate->dev);
	crate->dev.parent = &pdev->dev;
	crate->dev.type = &crate_type;
	rc = dev_set_name(&crate->dev, "crate0");
	if (!rc)
		rc = device_add(&crate->dev);
	if (rc) {
		put_device(&crate->dev);
		return rc;
	}

	rc = devm_add_action_or_reset(&pdev->dev, crate_unregister, crate);
	if (rc)
		return rc;

	return item_add(crate);
}

static struct platform_driver crate_driver = {
	.probe = crate_probe,
	.driver = {
		.name = "crate",
	},
};

module_platform_driver(crate_driver);
MODULE_DESCRIPTION("Generated driver");
MODULE_LICENSE("GPL");
`;
