import { expect, it } from 'vitest';
import { createEngine } from '../../server/src/engine';

/** An exported function ends the object that a handler ends too; `asserts` says what its callers hold. */
function driver(asserts: string, more = ''): string {
  return `
struct shelf { struct device dev; struct mutex lock; struct mutex other; struct device *host; struct xarray jars; };
struct jar { struct device dev; };

static const struct device_type jar_type = { .name = "jar" };

static void jar_unregister(void *data)
{
	struct jar *jar = data;

	device_unregister(&jar->dev);
}

static void jar_end(struct shelf *shelf)
{
	struct jar *jar = xa_load(&shelf->jars, 0);

	if (!jar)
		return;
	xa_store(&shelf->jars, 0, NULL, GFP_KERNEL);
	devm_release_action(shelf->host, jar_unregister, jar);
}

static ssize_t end_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t len)
{
	struct shelf *shelf = container_of(dev, struct shelf, dev);

	mutex_lock(&shelf->lock);
	jar_end(shelf);
	mutex_unlock(&shelf->lock);
	return len;
}
static DEVICE_ATTR_WO(end);

void shelf_clear(struct shelf *shelf)
{
	${asserts}
	jar_end(shelf);
}
EXPORT_SYMBOL_GPL(shelf_clear);
${more}
static ssize_t add_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t len)
{
	struct shelf *shelf = container_of(dev, struct shelf, dev);
	struct jar *jar = kzalloc(sizeof(*jar), GFP_KERNEL);
	int rc;

	if (!jar)
		return -ENOMEM;
	device_initialize(&jar->dev);
	jar->dev.parent = dev;
	jar->dev.type = &jar_type;
	rc = device_add(&jar->dev);
	if (rc) {
		put_device(&jar->dev);
		return rc;
	}
	rc = devm_add_action_or_reset(shelf->host, jar_unregister, jar);
	if (rc)
		return rc;
	mutex_lock(&shelf->lock);
	xa_store(&shelf->jars, 0, jar, GFP_KERNEL);
	mutex_unlock(&shelf->lock);
	return len;
}
static DEVICE_ATTR_WO(add);

static struct attribute *shelf_attrs[] = { &dev_attr_add.attr, &dev_attr_end.attr, NULL };
ATTRIBUTE_GROUPS(shelf);
static const struct device_type shelf_type = { .name = "shelf", .groups = shelf_groups };
`;
}

function rulesOf(asserts: string, more?: string): string[] {
  const engine = createEngine('/', () => null);
  engine.setFile('shelf.c', driver(asserts, more));
  expect(engine.parseErrors()).toEqual([]);
  const found = engine.check().verdicts.find(({ pair }) => [...pair].sort().join() === 'end_store,shelf_clear');
  expect(found?.reason).toBeUndefined();
  return found?.rules ?? ['no such pair'];
}

it('what an exported function asserts its callers hold', () => {
  expect(rulesOf('')).toContain('double-release');
  expect(rulesOf('lockdep_assert_held(&shelf->lock);')).toEqual([]);
  expect(rulesOf('lockdep_assert_held_write(&shelf->lock);')).toEqual([]);
});

it('what its annotations say', () => {
  const annotated = (annotations: string) => {
    const engine = createEngine('/', () => null);
    engine.setFile(
      'shelf.c',
      driver('').replace('void shelf_clear(struct shelf *shelf)', `void shelf_clear(struct shelf *shelf)${annotations}`),
    );
    expect(engine.parseErrors()).toEqual([]);
    const found = engine.check().verdicts.find(({ pair }) => [...pair].sort().join() === 'end_store,shelf_clear');
    expect(found?.reason).toBeUndefined();
    return found?.rules;
  };
  expect(annotated(' __must_hold(&shelf->lock)')).toEqual([]);
  expect(annotated('\n\t__releases(&shelf->lock)\n\t__acquires(&shelf->lock)')).toEqual([]);
  expect(annotated(' __must_hold(&shelf->other) __must_hold(&shelf->lock)')).toEqual([]);
  expect(annotated(' __must_hold(&shelf->other)')).toContain('double-release');
  expect(annotated(' __acquires(&shelf->lock)')).toContain('double-release');
});

it('another lock does not help', () => {
  expect(rulesOf('lockdep_assert_held(&shelf->other);')).toContain('double-release');
});

it('two readers do not exclude each other', () => {
  const text = (asserts: string) =>
    driver(asserts)
      .replaceAll('struct mutex', 'struct rw_semaphore')
      .replaceAll('mutex_lock', 'down_read')
      .replaceAll('mutex_unlock', 'up_read');
  const engine = createEngine('/', () => null);
  engine.setFile('shelf.c', text('lockdep_assert_held_read(&shelf->lock);'));
  const found = engine.check().verdicts.find(({ pair }) => [...pair].sort().join() === 'end_store,shelf_clear');
  expect(found?.rules).toContain('double-release');
});

it('a handler that asserts a lock does not have it by that', () => {
  const engine = createEngine('/', () => null);
  engine.setFile(
    'shelf.c',
    driver('').replace(
      'mutex_lock(&shelf->lock);\n\tjar_end(shelf);\n\tmutex_unlock(&shelf->lock);',
      'lockdep_assert_held(&shelf->lock);\n\tjar_end(shelf);',
    ),
  );
  const found = engine.check().verdicts.find(({ pair }) => pair.join() === 'end_store,end_store');
  expect(found?.rules).toContain('double-release');
});
