import { describe, expect, it } from 'vitest';
import { createEngine } from '../../server/src/engine';
import type { Verdict } from '../../server/src/findings/types';

interface Parts {
  /** Members and functions of the callback. */
  members?: string;
  callback: string;
  /** Called by the probe before the teardown is registered, and after it. */
  before?: string;
  after?: string;
  /** In the teardown, before the device goes. */
  end?: string;
  /** In ->remove. */
  remove?: string;
}

/** A pump that a probe builds and a devm action unregisters; something calls back while it is there. */
function driver({ members = '', callback, before = '', after = '', end = '', remove }: Parts): string {
  return `
struct pump { struct device own; struct mutex lock; spinlock_t fast; int strokes; int irq; ${members} };

static void pump_release(struct device *dev)
{
	kfree(container_of(dev, struct pump, own));
}

static const struct device_type pump_type = { .name = "pump", .release = pump_release };

${callback}

static void pump_stop(void *data)
{
	struct pump *pump = data;

	${end}
	device_unregister(&pump->own);
}

static int pump_probe(struct platform_device *pdev)
{
	struct pump *pump = kzalloc(sizeof(*pump), GFP_KERNEL);
	int rc;

	if (!pump)
		return -ENOMEM;
	device_initialize(&pump->own);
	pump->own.type = &pump_type;
	rc = device_add(&pump->own);
	if (rc) {
		put_device(&pump->own);
		return rc;
	}
	platform_set_drvdata(pdev, pump);
	${before}
	rc = devm_add_action_or_reset(&pdev->dev, pump_stop, pump);
	if (rc)
		return rc;
	${after}
	return 0;
}
${
  remove === undefined
    ? ''
    : `
static void pump_remove(struct platform_device *pdev)
{
	struct pump *pump = platform_get_drvdata(pdev);

	${remove}
}
`
}
static struct platform_driver pump_driver = {
	.probe = pump_probe,
	${remove === undefined ? '' : '.remove = pump_remove,'}
	.driver = { .name = "pump" },
};
module_platform_driver(pump_driver);
`;
}

function verdicts(parts: Parts): Verdict[] {
  const engine = createEngine('/', () => null);
  engine.setFile('pump.c', driver(parts));
  expect(engine.parseErrors()).toEqual([]);
  return engine.check().verdicts;
}

/** Rules of the pair of a callback and the unbind. */
function rulesOf(entry: string, parts: Parts): string[] {
  const found = verdicts(parts).find(({ pair }) => pair.join(' x ') === `${entry} x unbind(&pdev->dev)`);
  expect(found?.reason).toBeUndefined();
  expect(found?.states).toBeGreaterThan(1);
  return found?.rules ?? ['no such pair'];
}

describe('timers', () => {
  const timer: Parts = {
    members: 'struct timer_list timer;',
    callback: `
static void pump_tick(struct timer_list *t)
{
	struct pump *pump = from_timer(pump, t, timer);

	pump->strokes++;
}`,
    before: 'timer_setup(&pump->timer, pump_tick, 0);',
    after: 'mod_timer(&pump->timer, jiffies + HZ);',
  };
  const tick = (end: string, more: Partial<Parts> = {}) => rulesOf('pump_tick', { ...timer, ...more, end });

  it('one that nobody stops fires after its object is gone', () => expect(tick('')).toEqual(['use-after-free']));
  it('del_timer() does not wait for the function', () => expect(tick('del_timer(&pump->timer);')).toEqual(['use-after-free']));
  it.each(['del_timer_sync', 'timer_delete_sync', 'timer_shutdown_sync'])('%s() does', (api) => {
    expect(tick(`${api}(&pump->timer);`)).toEqual([]);
  });
  it('one that was never started does not fire', () => {
    expect(verdicts({ ...timer, after: '' }).filter(({ pair }) => pair.includes('pump_tick'))).toEqual([]);
  });
  it('hrtimer_cancel() waits, hrtimer_try_to_cancel() does not', () => {
    const parts: Parts = {
      members: 'struct hrtimer timer;',
      callback: `
static enum hrtimer_restart pump_tick(struct hrtimer *t)
{
	struct pump *pump = container_of(t, struct pump, timer);

	pump->strokes++;
	return HRTIMER_NORESTART;
}`,
      before: 'hrtimer_init(&pump->timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL); pump->timer.function = pump_tick;',
      after: 'hrtimer_start(&pump->timer, ms_to_ktime(5), HRTIMER_MODE_REL);',
    };
    expect(rulesOf('pump_tick', { ...parts, end: 'hrtimer_cancel(&pump->timer);' })).toEqual([]);
    expect(rulesOf('pump_tick', { ...parts, end: 'hrtimer_try_to_cancel(&pump->timer);' })).toEqual(['use-after-free']);
  });
  it('waiting for the function under a lock that it takes never ends', () => {
    const callback = `
static void pump_tick(struct timer_list *t)
{
	struct pump *pump = from_timer(pump, t, timer);

	spin_lock(&pump->fast);
	pump->strokes++;
	spin_unlock(&pump->fast);
}`;
    const under = (lock: string) => tick(`${lock}(&pump->fast); del_timer_sync(&pump->timer); spin_unlock(&pump->fast);`, { callback });
    expect(under('spin_lock')).toEqual(['drain-deadlock']);
    expect(tick('del_timer_sync(&pump->timer); spin_lock(&pump->fast); spin_unlock(&pump->fast);', { callback })).toEqual([]);
  });
});

describe('interrupts', () => {
  const irq: Parts = {
    callback: `
static irqreturn_t pump_irq(int irq, void *data)
{
	struct pump *pump = data;

	pump->strokes++;
	return IRQ_HANDLED;
}`,
    after: 'rc = request_irq(pump->irq, pump_irq, 0, "pump", pump); if (rc) return rc;',
  };
  const managed = 'rc = devm_request_irq(&pdev->dev, pump->irq, pump_irq, 0, "pump", pump); if (rc) return rc;';

  it('one that stays requested comes after its object is gone', () => {
    expect(rulesOf('pump_irq', { ...irq, end: '' })).toEqual(['use-after-free']);
  });
  it('free_irq() waits for the handler', () => {
    expect(rulesOf('pump_irq', { ...irq, end: 'free_irq(pump->irq, pump);' })).toEqual([]);
  });
  it('free_irq() in ->remove comes before the actions', () => {
    expect(rulesOf('pump_irq', { ...irq, remove: 'free_irq(pump->irq, pump);' })).toEqual([]);
    expect(rulesOf('pump_irq', { ...irq, remove: 'pr_info("%d", pump->irq);' })).toEqual(['use-after-free']);
  });
  it('a masked line calls nobody, once the running handler has ended', () => {
    const end = (call: string) => rulesOf('pump_irq', { ...irq, end: call });
    expect(end('disable_irq(pump->irq);')).toEqual([]);
    expect(end('disable_irq_nosync(pump->irq);')).toEqual(['use-after-free']);
    expect(end('disable_irq(pump->irq); enable_irq(pump->irq);')).toEqual(['use-after-free']);
    // It waits for one handler, not for those to come.
    expect(end('synchronize_irq(pump->irq);')).toEqual(['use-after-free']);
    expect(end('disable_irq_nosync(pump->irq); synchronize_irq(pump->irq);')).toEqual([]);
  });
  it('a managed one is freed in turn: before what was registered before it, after what was registered after it', () => {
    expect(rulesOf('pump_irq', { ...irq, after: managed })).toEqual([]);
    expect(rulesOf('pump_irq', { ...irq, after: '', before: managed })).toEqual(['use-after-free']);
  });
});

describe('notifiers', () => {
  const notifier: Parts = {
    members: 'struct notifier_block nb;',
    callback: `
static int pump_event(struct notifier_block *nb, unsigned long action, void *data)
{
	struct pump *pump = container_of(nb, struct pump, nb);

	pump->strokes++;
	return NOTIFY_OK;
}`,
    after: 'pump->nb.notifier_call = pump_event; register_pm_notifier(&pump->nb);',
  };

  it('one that stays registered is called after its object is gone', () => {
    expect(rulesOf('pump_event', { ...notifier, end: '' })).toEqual(['use-after-free']);
  });
  it('unregistering waits for the callback', () => {
    expect(rulesOf('pump_event', { ...notifier, end: 'unregister_pm_notifier(&pump->nb);' })).toEqual([]);
  });
  it('but not on a raw chain', () => {
    const chain = (api: string) =>
      rulesOf('pump_event', {
        ...notifier,
        after: `pump->nb.notifier_call = pump_event; ${api}_notifier_chain_register(&pump_chain, &pump->nb);`,
        end: `${api}_notifier_chain_unregister(&pump_chain, &pump->nb);`,
      });
    expect(chain('raw')).toEqual(['use-after-free']);
    expect(chain('blocking')).toEqual([]);
  });
});
