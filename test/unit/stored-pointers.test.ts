import { describe, expect, it } from 'vitest';
import { createEngine } from '../../server/src/engine';

/**
 * A probe builds a tap and puts a pointer to it into a panel; `clears` takes it out when the tap goes. `shown` is what a handler of the panel does
 * with what it finds there. The action is given the valve that a tap begins with.
 */
function panel({ clears = '', shown = '', struct = '' }: { clears?: string; shown?: string; struct?: string }): string {
  return `
struct panel { struct device dev; struct tap *slots[4]; bool open; };
struct valve { struct device dev; int id; };
struct tap { struct valve valve; struct panel *panel; ${struct} };

static DEFINE_MUTEX(panel_lock);

static void valve_unregister(void *data)
{
	struct device *dev = data;
	struct tap *tap = container_of(dev, struct tap, valve.dev);

	${clears}
	device_unregister(dev);
}

static int valve_autoremove(struct device *host, struct valve *valve)
{
	return devm_add_action_or_reset(host, valve_unregister, &valve->dev);
}

static int tap_probe(struct platform_device *pdev)
{
	struct panel *panel = dev_get_platdata(&pdev->dev);
	struct tap *tap = kzalloc(sizeof(*tap), GFP_KERNEL);
	int rc;

	if (!tap)
		return -ENOMEM;
	tap->panel = panel;
	device_initialize(&tap->valve.dev);
	rc = device_add(&tap->valve.dev);
	if (rc) {
		put_device(&tap->valve.dev);
		return rc;
	}
	rc = valve_autoremove(&pdev->dev, &tap->valve);
	if (rc)
		return rc;
	mutex_lock(&panel_lock);
	panel->slots[0] = tap;
	mutex_unlock(&panel_lock);
	return 0;
}

static struct platform_driver tap_driver = { .probe = tap_probe, .driver = { .name = "tap" } };
module_platform_driver(tap_driver);

static ssize_t slot_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct panel *panel = container_of(dev, struct panel, dev);
	struct tap *tap;
	int id = 0;

	${shown}
	return sysfs_emit(buf, "%d\\n", id);
}
static DEVICE_ATTR_RO(slot);

static struct attribute *panel_attrs[] = { &dev_attr_slot.attr, NULL };
ATTRIBUTE_GROUPS(panel);
static const struct device_type panel_type = { .name = "panel", .groups = panel_groups };
`;
}

function check(text: string) {
  const engine = createEngine('/', () => null);
  engine.setFile('drivers/panel.c', text);
  const { findings, verdicts } = engine.check();
  return { findings, pairs: verdicts.map(({ pair, verdict }) => `${pair.join(' x ')}: ${verdict}`) };
}

const LOCKED_READ = `
	mutex_lock(&panel_lock);
	tap = panel->slots[0];
	if (tap)
		id = tap->valve.id;
	mutex_unlock(&panel_lock);`;

const LOCKED_CLEAR = `
	mutex_lock(&panel_lock);
	tap->panel->slots[0] = NULL;
	mutex_unlock(&panel_lock);`;

describe('pointers to an object in another struct', () => {
  it('one that nobody clears leads to freed memory, and the trace says which it is', () => {
    const { findings } = check(panel({ shown: LOCKED_READ }));
    expect(findings.map(({ rule, function: fn }) => `${rule} ${fn}`)).toEqual(['use-after-free slot_show']);
    expect(findings[0]?.pairs).toEqual([['slot_show', 'unbind(host)']]);
    expect(findings[0]?.trace.map(({ op }) => op)).toContain('follow');
    expect(findings[0]?.assumptions.join()).toContain('tap_probe() has stored the pointer in struct panel.slots before');
  });

  it('one that is cleared and read under one lock does not', () => {
    const { findings, pairs } = check(panel({ clears: LOCKED_CLEAR, shown: LOCKED_READ }));
    expect(findings).toEqual([]);
    expect(pairs).toEqual(['slot_show x unbind(host): clean']);
  });

  it('one that is used after the lock was dropped does', () => {
    const shown = `
	mutex_lock(&panel_lock);
	tap = panel->slots[0];
	mutex_unlock(&panel_lock);
	if (tap)
		id = tap->valve.id;`;
    expect(check(panel({ clears: LOCKED_CLEAR, shown })).findings.map(({ rule }) => rule)).toEqual(['use-after-free']);
  });

  it('one that is used after the lock was dropped, with a reference taken under it, does not', () => {
    const shown = `
	mutex_lock(&panel_lock);
	tap = panel->slots[0];
	if (tap)
		get_device(&tap->valve.dev);
	mutex_unlock(&panel_lock);
	if (tap) {
		id = tap->valve.id;
		put_device(&tap->valve.dev);
	}`;
    expect(check(panel({ clears: LOCKED_CLEAR, shown })).findings).toEqual([]);
  });

  it.each(['mutex_lock_killable', 'mutex_lock_interruptible'])('a failure of %s() that is ignored leaves it there', (lock) => {
    const ignored = `
	if (!${lock}(&panel_lock)) {
		tap->panel->slots[0] = NULL;
		mutex_unlock(&panel_lock);
	}`;
    expect(check(panel({ clears: ignored, shown: LOCKED_READ })).findings.map(({ rule }) => rule)).toEqual(['use-after-free']);
  });

  it('a member of the object itself, or of a child that keeps it, is none', () => {
    const child = panel({ clears: LOCKED_CLEAR, shown: LOCKED_READ }).replace(
      'static DEFINE_MUTEX',
      `struct drip { struct device dev; struct tap *tap; };

static ssize_t of_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct drip *drip = container_of(dev, struct drip, dev);

	return sysfs_emit(buf, "%d\\n", drip->tap->valve.id);
}
static DEVICE_ATTR_RO(of);
static struct attribute *drip_attrs[] = { &dev_attr_of.attr, NULL };
ATTRIBUTE_GROUPS(drip);
static const struct device_type drip_type = { .name = "drip", .groups = drip_groups };

static void drip_init(struct drip *drip, struct tap *tap)
{
	drip->tap = tap;
	drip->dev.parent = &tap->valve.dev;
}

static DEFINE_MUTEX`,
    );
    expect(check(child).findings).toEqual([]);
  });
});

describe('an object that was looked up', () => {
  const find = (end: string) => `
	struct device *found = bus_find_device_by_name(&tap_bus, NULL, buf);

	if (!found)
		return -ENODEV;
	tap = container_of(found, struct tap, valve.dev);
	${end}`;
  const lock = 'struct mutex lock;';

  it('is freed under a guard of its own lock when the put comes first', () => {
    const { findings } = check(
      panel({ clears: LOCKED_CLEAR, struct: lock, shown: find('guard(mutex)(&tap->lock);\n\tid = tap->valve.id;\n\tput_device(found);') }),
    );
    expect(findings.map(({ rule, function: fn }) => `${rule} ${fn}`)).toEqual(['use-after-free slot_show']);
  });

  it('stays until the guard is released when the put comes after its scope', () => {
    const shown = find('scoped_guard(mutex, &tap->lock)\n\t\tid = tap->valve.id;\n\tput_device(found);');
    expect(check(panel({ clears: LOCKED_CLEAR, struct: lock, shown })).findings).toEqual([]);
  });
});

it('a loop whose body does nothing to the objects goes on behind it', () => {
  const clears = `
	mutex_lock(&panel_lock);
	for (int i = 0; i < 4; i++)
		cpu_relax();
	tap->panel->slots[0] = NULL;
	mutex_unlock(&panel_lock);`;
  const { findings, pairs } = check(panel({ clears, shown: LOCKED_READ }));
  expect(findings).toEqual([]);
  expect(pairs).toEqual(['slot_show x unbind(host): clean']);
});
