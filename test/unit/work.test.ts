import { describe, expect, it } from 'vitest';
import { createEngine } from '../../server/src/engine';

interface Parts {
  /** In the teardown, before and after its device goes. */
  before?: string;
  after?: string;
  /** What the work item does where the teardown is done. */
  otherwise?: string;
}

/** A pump whose attribute queues a work item, which unregisters it unless the devm action does, which has a reference of its own. */
function driver({ before = '', after = '', otherwise = '' }: Parts): string {
  return `
struct pump { struct device own; struct work_struct work; atomic_t gone; int strokes; };

static void pump_release(struct device *dev)
{
	kfree(container_of(dev, struct pump, own));
}

static void pump_down(struct pump *pump)
{
	device_del(&pump->own);
	pump->strokes = 0;
	put_device(&pump->own);
}

static void pump_work(struct work_struct *work)
{
	struct pump *pump = container_of(work, struct pump, work);

	if (!atomic_xchg(&pump->gone, 1))
		pump_down(pump);
	${otherwise}
}

static ssize_t kick_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t len)
{
	struct pump *pump = container_of(dev, struct pump, own);

	queue_work(system_wq, &pump->work);
	return len;
}
static DEVICE_ATTR_WO(kick);

static struct attribute *pump_attrs[] = { &dev_attr_kick.attr, NULL };
ATTRIBUTE_GROUPS(pump);

static const struct device_type pump_type = { .name = "pump", .groups = pump_groups, .release = pump_release };

static void pump_stop(void *data)
{
	struct pump *pump = data;

	${before}
	if (!atomic_xchg(&pump->gone, 1))
		pump_down(pump);
	${after}
	put_device(&pump->own);
}

static int pump_probe(struct platform_device *pdev)
{
	struct pump *pump = kzalloc(sizeof(*pump), GFP_KERNEL);
	int rc;

	if (!pump)
		return -ENOMEM;
	device_initialize(&pump->own);
	INIT_WORK(&pump->work, pump_work);
	pump->own.type = &pump_type;
	get_device(&pump->own);
	rc = device_add(&pump->own);
	if (rc) {
		put_device(&pump->own);
		put_device(&pump->own);
		return rc;
	}
	return devm_add_action_or_reset(&pdev->dev, pump_stop, pump);
}

void pump_halt(struct device *host, struct pump *pump)
{
	devm_release_action(host, pump_stop, pump);
}
EXPORT_SYMBOL_GPL(pump_halt);

static struct platform_driver pump_driver = { .probe = pump_probe, .driver = { .name = "pump" } };
module_platform_driver(pump_driver);
`;
}

/** Rules of the pair of the handler and the unbind. */
function rulesOf(text: string): string[] {
  const engine = createEngine('/', () => null);
  engine.setFile('pump.c', text);
  expect(engine.parseErrors()).toEqual([]);
  const found = engine.check().verdicts.find(({ pair }) => pair.join(' x ') === 'kick_store x unbind(&pdev->dev)');
  expect(found?.reason).toBeUndefined();
  expect(found?.states).toBeGreaterThan(1);
  return found?.rules ?? ['no such pair'];
}

const rules = (parts: Parts) => rulesOf(driver(parts));
const GONE = ['use-after-free'];

describe('a work item that a handler queues', () => {
  it('runs on freed memory where nobody waits for it', () => expect(rules({})).toEqual(GONE));

  it.each(['flush_work', 'cancel_work_sync', 'disable_work_sync'])('is waited for by %s(), whether it runs or is only queued', (api) => {
    expect(rules({ after: `${api}(&pump->work);` })).toEqual([]);
  });

  it.each(['cancel_work', 'disable_work'])('is not waited for by %s()', (api) => {
    expect(rules({ after: `${api}(&pump->work);` })).toEqual(GONE);
  });

  it('is queued again after cancel_work_sync(), not after disable_work_sync(), and again after enable_work()', () => {
    expect(rules({ before: 'cancel_work_sync(&pump->work);' })).toEqual(GONE);
    expect(rules({ before: 'disable_work_sync(&pump->work);' })).toEqual([]);
    expect(rules({ before: 'disable_work_sync(&pump->work); enable_work(&pump->work);' })).toEqual(GONE);
  });

  it('is the current work of the thread that runs it, and of no other', () => {
    expect(rules({ after: 'if (current_work() != &pump->work) flush_work(&pump->work);' })).toEqual([]);
    expect(rules({ after: 'if (current_work() == &pump->work) flush_work(&pump->work);' })).toEqual(GONE);
  });
});

it('who unregisters a device may write to it afterwards, be it a work item beside the action; others may not', () => {
  const after = 'flush_work(&pump->work);';
  expect(rules({ after })).toEqual([]);
  expect(rules({ after, otherwise: 'else\n\t\tpump->strokes++;' })).toEqual(['use-after-unregister']);
});
