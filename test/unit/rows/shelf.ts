import { expect } from 'vitest';
import { createEngine } from '../../../server/src/engine';
import type { CheckReport, RuleId, Verdict } from '../../../server/src/findings/types';

/** What a row puts into the driver; everything has a form that is clean. */
export interface Parts {
  /** Members of the owner and of the object. */
  shelf?: string;
  jar?: string;
  /** Before the first function that uses them. */
  globals?: string;
  /** In the action, before the device goes, and instead of its going. */
  before?: string;
  teardown?: string;
  /** Body of the handler that ends a jar; `jar` and `dev` are its variables. */
  end?: string;
  /** Locals and bodies of the builder: before the jar is registered, after its action was added. */
  locals?: string;
  prepare?: string;
  publish?: string;
  /** What the jar is allocated by. */
  alloc?: string;
  /** Instead of the registration and its action. */
  register?: string;
  /** Functions, attributes and other entries behind all of this. */
  more?: string;
  /** Further attributes of the shelf, by name; of the jar. */
  attributes?: readonly string[];
  jarAttributes?: readonly string[];
}

/** Finds a jar with a reference; `won` decides which of two enders releases its action. */
export const endIf = (won: string) => `
	struct device *child = device_find_child_by_name(dev, buf);

	if (!child)
		return -ENODEV;
	jar = container_of(child, struct jar, dev);
	if (${won})
		devm_release_action(shelf->host, jar_unregister, jar);
	put_device(child);`;

/** Finds a jar in the shelf's array, takes it away and releases it, all of it between `enter` and `leave`. */
export const endUnder = (enter: string, leave: string) => `
	${enter}
	jar = xa_load(&shelf->jars, 0);
	if (jar) {
		xa_store(&shelf->jars, 0, NULL, GFP_KERNEL);
		devm_release_action(shelf->host, jar_unregister, jar);
	}
	${leave}`;

/** A store handler of the shelf's. */
export const handler = (name: string, body: string) => `
static ssize_t ${name}_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t len)
{
	struct shelf *shelf = container_of(dev, struct shelf, dev);
	struct jar *jar = NULL;

	${body}
	return len;
}
static DEVICE_ATTR_WO(${name});`;

const attributes = (names: readonly string[]) => names.map((name) => `&dev_attr_${name}.attr,`).join(' ');

/** Shelves keep jars: a handler of the shelf makes one, another ends one, and a devm action of the shelf's host unregisters what is left. */
export function driver(parts: Parts): string {
  const jarAttributes = parts.jarAttributes ?? [];
  return `
struct side { struct mutex lock; };
struct shelf { struct device dev; struct mutex lock; struct rw_semaphore sem; spinlock_t spin; struct device *host; struct xarray jars;
	struct list_head list; ${parts.shelf ?? ''} };
struct jar { struct device dev; struct list_head link; unsigned long flags; int level; struct shelf *home; ${parts.jar ?? ''} };

static void jar_release(struct device *dev)
{
	kfree(container_of(dev, struct jar, dev));
}
${parts.globals ?? ''}
static void jar_unregister(void *data)
{
	struct jar *jar = data;

	${parts.before ?? ''}
	${parts.teardown ?? 'device_unregister(&jar->dev);'}
}

${handler('end', parts.end ?? 'pr_debug("%s", shelf->dev.init_name);')}
${parts.more ?? ''}
static struct attribute *jar_attrs[] = { ${attributes(jarAttributes)} NULL };
ATTRIBUTE_GROUPS(jar);
static const struct device_type jar_type = { .name = "jar", .release = jar_release, .groups = jar_groups };

static ssize_t add_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t len)
{
	struct shelf *shelf = container_of(dev, struct shelf, dev);
	struct jar *jar = ${parts.alloc ?? 'kzalloc(sizeof(*jar), GFP_KERNEL)'};
	int rc;
	${parts.locals ?? ''}

	if (!jar)
		return -ENOMEM;
	device_initialize(&jar->dev);
	jar->dev.parent = dev;
	jar->dev.type = &jar_type;
	jar->home = shelf;
	${parts.prepare ?? ''}
	${
    parts.register ??
    `rc = device_add(&jar->dev);
	if (rc) {
		put_device(&jar->dev);
		return rc;
	}
	rc = devm_add_action_or_reset(shelf->host, jar_unregister, jar);
	if (rc)
		return rc;`
  }
	${parts.publish ?? ''}
	return len;
}
static DEVICE_ATTR_WO(add);

static struct attribute *shelf_attrs[] = { &dev_attr_add.attr, &dev_attr_end.attr, ${attributes(parts.attributes ?? [])} NULL };
ATTRIBUTE_GROUPS(shelf);
static const struct device_type shelf_type = { .name = "shelf", .groups = shelf_groups };
`;
}

/** The jar is put into the shelf's array. */
export const PUBLISH = 'mutex_lock(&shelf->lock);\n\txa_store(&shelf->jars, 0, jar, GFP_KERNEL);\n\tmutex_unlock(&shelf->lock);';

export const UNBIND = 'unbind(shelf->host)';

export function report(text: string): CheckReport {
  const engine = createEngine('/', () => null);
  engine.setFile('shelf.c', text);
  expect(engine.parseErrors()).toEqual([]);
  return engine.check();
}

export function verdictOf(text: string, a: string, b: string): Verdict | undefined {
  return report(text).verdicts.find(({ pair }) => [...pair].sort().join() === [a, b].sort().join());
}

/** Rules of a pair that was explored to its end. */
export function rulesOf(parts: Parts, a: string, b: string): RuleId[] {
  const found = verdictOf(driver(parts), a, b);
  expect(found, `a verdict of ${a} x ${b}`).toBeDefined();
  expect(found?.reason).toBeUndefined();
  return [...(found?.rules ?? [])].sort();
}
