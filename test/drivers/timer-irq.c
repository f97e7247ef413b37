//: variant bug: del_timer (not sync) before unregister
//: variant bug2: irq requested with devm before the action: freed after it
//: variant fix: clean (timer_shutdown_sync; devm irq registered after the action)
#include <linux/platform_device.h>
#include <linux/interrupt.h>
#include <linux/timer.h>

struct wdt
{
  struct device dev;
  struct timer_list tmr;
  int irq;
  unsigned kicks;
};

static void wdt_dev_release (struct device *d)
{
  kfree (container_of (d, struct wdt, dev));
}

static void wdt_tick (struct timer_list *t)
{
  struct wdt *w = from_timer (w, t, tmr);

  w->kicks++; // want(bug) "use-after-free"
  mod_timer (&w->tmr, jiffies + HZ);
}

static irqreturn_t wdt_irq (int irq, void *cookie)
{
  struct wdt *w = cookie;

  w->kicks = 0; // want(bug2) "use-after-free"
  return IRQ_HANDLED;
}

static void wdt_teardown (void *arg)
{
  struct wdt *w = arg;

//: in bug
  del_timer (&w->tmr);
//: else
  timer_shutdown_sync (&w->tmr);
//: end
  device_unregister (&w->dev);
}

static int wdt_probe (struct platform_device *pdev)
{
  struct wdt *w;
  int rc;

  if ((w = kzalloc (sizeof *w, GFP_KERNEL)) == NULL)
    return -ENOMEM;
  timer_setup (&w->tmr, wdt_tick, 0);
  device_initialize (&w->dev);
  w->dev.parent = &pdev->dev;
  w->dev.release = wdt_dev_release;
  if ((rc = dev_set_name (&w->dev, "wdt")) != 0 || (rc = device_add (&w->dev)) != 0)
    {
      put_device (&w->dev);
      return rc;
    }
  w->irq = platform_get_irq (pdev, 0);
//: in bug2
  rc = devm_request_irq (&pdev->dev, w->irq, wdt_irq, 0, "wdt", w);
  if (rc)
    {
      device_unregister (&w->dev);
      return rc;
    }
  mod_timer (&w->tmr, jiffies + HZ);
  return devm_add_action_or_reset (&pdev->dev, wdt_teardown, w);
//: else
  mod_timer (&w->tmr, jiffies + HZ);
  rc = devm_add_action_or_reset (&pdev->dev, wdt_teardown, w);
  if (rc)
    return rc;
  return devm_request_irq (&pdev->dev, w->irq, wdt_irq, 0, "wdt", w);
//: end
}

static struct platform_driver wdt_driver = {
  .probe = wdt_probe,
  .driver = { .name = "wdt-sample" },
};
module_platform_driver (wdt_driver);
