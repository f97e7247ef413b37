import { describe, expect, it } from 'vitest';
import { driver, type Parts, rulesOf, UNBIND, verdictOf } from './shelf';

/** Files of a jar's: a number, a sequence, and plain file operations. */
const FILES = `
static int level_get(void *data, u64 *val)
{
	struct jar *jar = data;

	*val = jar->level;
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(level_fops, level_get, NULL, "%llu\\n");

static int state_show(struct seq_file *s, void *unused)
{
	struct jar *jar = s->private;

	seq_printf(s, "%d", jar->level);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(state);

static ssize_t raw_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	struct jar *jar = file->private_data;

	return simple_read_from_buffer(buf, len, pos, &jar->level, sizeof(jar->level));
}
static const struct file_operations raw_fops = { .open = simple_open, .read = raw_read };

static void jar_undebug(void *dir)
{
	debugfs_remove_recursive(dir);
}
`;
const make = (name: string, create = 'debugfs_create_file') =>
  `jar->dir = debugfs_create_dir("jar", NULL);\n\t${create}("file", 0400, jar->dir, jar, &${name}_fops);`;
const jar = (parts: Parts): Parts => ({ jar: 'struct dentry *dir;', globals: FILES, ...parts });

describe('files of debugfs (fs/debugfs/inode.c, file.c)', () => {
  it.each([
    ['level', 'level_get'],
    ['state', 'state_show'],
    ['raw', 'raw_read'],
  ])('%s is read as long as it is there, and its removal waits for who reads it', (name, handler) => {
    const rules = (before: string) => rulesOf(jar({ publish: make(name), before }), handler, UNBIND);
    expect(rules('')).toEqual(['use-after-free']);
    expect(rules('debugfs_remove_recursive(jar->dir);')).toEqual([]);
    expect(rules('debugfs_remove(jar->dir);')).toEqual([]);
    expect(rules('debugfs_lookup_and_remove("jar", NULL);')).toEqual([]);
  });
  it('are removed by an action of the host, or of the device, that is given their folder', () => {
    const rules = (host: string, action: string) =>
      rulesOf(
        jar({
          globals: `${FILES}\nstatic void jar_other(void *dir)\n{\n}\n`,
          publish: `${make('state')}\n\trc = devm_add_action_or_reset(${host}, ${action}, jar->dir);`,
        }),
        'state_show',
        UNBIND,
      );
    for (const host of ['shelf->host', '&jar->dev']) {
      expect(rules(host, 'jar_undebug')).toEqual([]);
      expect(rules(host, 'jar_other')).toEqual(['use-after-free']);
    }
  });
  it('that nobody makes are read by nobody', () => {
    expect(verdictOf(driver(jar({})), 'state_show', UNBIND)).toBeUndefined();
    expect(verdictOf(driver(jar({ publish: make('state') })), 'state_show', UNBIND)).toBeDefined();
  });
  it('have readers whom a removal with their lock held waits for in vain', () => {
    const rules = (lock: string) =>
      rulesOf(
        jar({
          shelf: 'struct mutex other;',
          globals: FILES.replace(
            'seq_printf(s, "%d", jar->level);',
            'mutex_lock(&jar->home->lock);\n\tjar->level++;\n\tmutex_unlock(&jar->home->lock);',
          ),
          publish: make('state'),
          before: `mutex_lock(&jar->home->${lock});\n\tdebugfs_remove(jar->dir);\n\tmutex_unlock(&jar->home->${lock});`,
        }),
        'state_show',
        UNBIND,
      );
    expect(rules('lock')).toContain('drain-deadlock');
    expect(rules('other')).toEqual([]);
  });
});
