import { describe, expect, it } from 'vitest';
import { report } from './rows/shelf';

/** A core whose users open a jar and close it; `kept` is what the opening does with a registered jar before it returns. */
const core = (kept: string, more = '') => `
struct jar { struct device dev; struct list_head link; int level; };
static LIST_HEAD(jars);
static DEFINE_MUTEX(jars_lock);

static void jar_release(struct device *dev)
{
	kfree(container_of(dev, struct jar, dev));
}
static const struct device_type jar_type = { .name = "jar", .release = jar_release };

struct jar *jar_open(struct device *parent)
{
	struct jar *jar = kzalloc(sizeof(*jar), GFP_KERNEL);

	if (!jar)
		return NULL;
	device_initialize(&jar->dev);
	jar->dev.parent = parent;
	jar->dev.type = &jar_type;
	if (device_add(&jar->dev)) {
		put_device(&jar->dev);
		return NULL;
	}
	${kept}
	jar->level = 1;
	return jar;
}
EXPORT_SYMBOL_GPL(jar_open);

static void jar_end(struct jar *jar)
{
	device_unregister(&jar->dev);
}

void jar_close(struct jar *jar)
{
	jar_end(jar);
}
EXPORT_SYMBOL_GPL(jar_close);
${more}
`;

const pairs = (text: string) => report(text).findings.flatMap((finding) => finding.pairs.map((pair) => pair.join(' x ')));

describe('what an exported function makes and returns', () => {
  it('is closed by nobody before it is returned', () => {
    expect(pairs(core(''))).not.toContain('jar_open x jar_close');
  });

  it('may be closed twice by its users', () => {
    expect(pairs(core(''))).toContain('jar_close x jar_close');
  });

  it('is found before that where it stands in a list', () => {
    const enlist = 'mutex_lock(&jars_lock);\n\tlist_add(&jar->link, &jars);\n\tmutex_unlock(&jars_lock);';
    const drain = `
void jar_close_all(void)
{
	struct jar *jar, *next;

	mutex_lock(&jars_lock);
	list_for_each_entry_safe(jar, next, &jars, link) {
		list_del(&jar->link);
		jar_end(jar);
	}
	mutex_unlock(&jars_lock);
}
EXPORT_SYMBOL_GPL(jar_close_all);
`;
    expect(pairs(core(enlist, drain))).toContain('jar_open x jar_close_all');
  });
});
