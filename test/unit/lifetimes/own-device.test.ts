import { expect, test } from 'vitest';
import { createEngine } from '../../../server/src/engine';

/** A probe that hangs a teardown at a device; `setup` says which. */
function driver(setup: string): string {
  return `
struct pump { struct device own; struct device *dev; struct device *line; };

static void pump_release(struct device *dev)
{
	kfree(container_of(dev, struct pump, own));
}

static const struct device_type pump_type = { .release = pump_release };

static void pump_stop(void *data)
{
	struct pump *pump = data;

	device_unregister(&pump->own);
}

static struct pump *pump_alloc(struct device *parent, struct device *line)
{
	struct pump *pump = kzalloc(sizeof(*pump), GFP_KERNEL);

	if (!pump)
		return NULL;
	pump->dev = parent;
	pump->line = line;
	device_initialize(&pump->own);
	pump->own.type = &pump_type;
	if (device_add(&pump->own)) {
		put_device(&pump->own);
		return NULL;
	}
	return pump;
}

static int pump_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct pump *pump = pump_alloc(dev, dev->parent);

	if (!pump)
		return -ENOMEM;
	${setup}
}

static void pump_drop(struct pump *pump)
{
	devm_release_action(pump->dev, pump_stop, pump);
}

static void pump_shutdown(struct platform_device *pdev)
{
	pump_drop(platform_get_drvdata(pdev));
}

static struct platform_driver pump_driver = {
	.probe = pump_probe,
	.shutdown = pump_shutdown,
	.driver = { .name = "pump" },
};
module_platform_driver(pump_driver);
`;
}

function rules(setup: string): string[] {
  const engine = createEngine('/', () => null);
  engine.setFile('pump.c', driver(setup));
  const report = engine.check();
  expect(report.verdicts.map((verdict) => verdict.action)).toContain('pump_stop');
  return [...new Set(report.findings.map((finding) => finding.rule))];
}

test('the probe of a device is over before that device is unbound', () => {
  expect(rules('return devm_add_action_or_reset(dev, pump_stop, pump);')).toEqual([]);
});

test('a member that the probe set to its device is that device', () => {
  expect(rules('return devm_add_action_or_reset(pump->dev, pump_stop, pump);')).toEqual([]);
});

test('another device may be unbound while this one is probed', () => {
  expect(rules('return devm_add_action_or_reset(pump->line, pump_stop, pump);')).toContain('late-add');
});
