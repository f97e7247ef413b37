import { expect, it } from 'vitest';
import { rulesOf, UNBIND } from './shelf';

/** A handler that goes on with a reference which a helper takes, unless the helper fails. */
const rules = (failure: string, when = '!jar->level') =>
  rulesOf(
    {
      globals: `
static int jar_hold(struct jar *jar)
{
	struct clk *clk = clk_get(&jar->dev, NULL);

	if (${when})
		return ${failure};
	get_device(&jar->dev);
	return 0;
}
`,
      end: `
	struct device *child = device_find_child_by_name(dev, buf);
	int rc;

	if (!child)
		return -ENODEV;
	jar = container_of(child, struct jar, dev);
	rc = jar_hold(jar);
	put_device(child);
	if (rc)
		return rc;
	jar->level++;
	put_device(&jar->dev);`,
    },
    'end_store',
    UNBIND,
  );

it.each(['-EIO', '-EPROBE_DEFER', 'dev_err_probe(&jar->dev, -EIO, "empty")'])('%s is no success', (errno) =>
  expect(rules(errno)).toEqual([]),
);

it('what PTR_ERR() makes of an error pointer is none', () => expect(rules('PTR_ERR(clk)', 'IS_ERR(clk)')).not.toContain('use-after-free'));

it('what may be 0 is one', () => expect(rules('jar->home->dev.id')).toContain('use-after-free'));
