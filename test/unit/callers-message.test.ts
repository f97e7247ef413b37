import { expect, it } from 'vitest';
import { driver, endIf, handler, PUBLISH, report } from './rows/shelf';

const messages = (text: string) => report(text).findings.map(({ message }) => message.split('\n')[0]);

it('says who runs one handler twice: writers of an attribute, callers of anything else', () => {
  expect(messages(driver({ publish: PUBLISH, end: endIf('true') })).join('\n')).toContain('two writers of end_store()');
  const ioctl = `${handler('end', endIf('true'))
    .replace(
      'static ssize_t end_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t len)',
      'static struct shelf *the_shelf;\nstatic long end_ioctl(struct file *file, unsigned int len, unsigned long buf)',
    )
    .replace('container_of(dev, struct shelf, dev)', 'the_shelf')
    .replace('device_find_child_by_name(dev, buf)', 'device_find_any_child(&shelf->dev)')
    .replace(/static DEVICE_ATTR_WO.*/, 'static const struct file_operations end_fops = { .unlocked_ioctl = end_ioctl };')}`;
  expect(messages(driver({ publish: PUBLISH, more: ioctl })).join('\n')).toContain('two callers of end_ioctl()');
});

it('says how many wait for the lock of who removes them', () => {
  const deadlock = (parts: Parameters<typeof driver>[0]) =>
    messages(driver(parts)).find((message) => message?.includes('the remover holds'));
  const locked = (ends: string) => `mutex_lock(&jar->home->lock);\n\t${ends}\n\tmutex_unlock(&jar->home->lock);`;
  const shows = `
static ssize_t level_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct jar *jar = container_of(dev, struct jar, dev);

	${locked('jar->level++;')}
	return 0;
}
static DEVICE_ATTR_RO(level);`;
  expect(deadlock({ teardown: locked('device_unregister(&jar->dev);'), jarAttributes: ['level'], more: shows })).toMatch(
    /running handlers of struct jar, which wait for a lock/,
  );
  const works = `
static void jar_work(struct work_struct *work)
{
	struct jar *jar = container_of(work, struct jar, work);

	${locked('jar->level++;')}
}
`;
  expect(
    deadlock({
      jar: 'struct work_struct work;',
      globals: works,
      prepare: 'INIT_WORK(&jar->work, jar_work);',
      publish: 'schedule_work(&jar->work);',
      before: locked('cancel_work_sync(&jar->work);'),
    }),
  ).toMatch(/the work item, which waits for a lock/);
});
