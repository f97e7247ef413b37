import { expect, test } from 'vitest';
import { createEngine } from '../../../server/src/engine';

/** A probe that hangs a teardown at a device; `setup` says which. */
function driver(setup: string): string {
  return `
struct pump { struct device *dev; struct device *line; int on; };

static void pump_stop(void *data)
{
	struct pump *pump = data;

	pump->on = 0;
}

static struct pump *pump_alloc(struct device *parent, struct device *line)
{
	struct pump *pump = kzalloc(sizeof(*pump), GFP_KERNEL);

	if (!pump)
		return NULL;
	pump->dev = parent;
	pump->line = line;
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

static void pump_shutdown(struct platform_device *pdev)
{
	pump_stop(platform_get_drvdata(pdev));
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
