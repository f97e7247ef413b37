import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createEngine } from '../../server/src/engine';
import { loadEngine } from '../../server/src/host/load';
import { findTree } from '../../server/src/host/tree';
import { kernelTree } from '../support/environment';

const tree = kernelTree('6.12.117');
const MEMDEV = 'drivers/cxl/core/memdev.c';

describe.runIf(tree)('the character device of a memdev', () => {
  const { engine, readFile } = loadEngine(findTree(join(tree ?? '', 'drivers/cxl')), createEngine);
  const original = readFile(MEMDEV) ?? '';
  const rules = (text: string) => {
    engine.setFile(MEMDEV, text);
    const found = engine.check().verdicts.find(({ pair: [a, b] }) => a === 'cxl_memdev_ioctl' && b.startsWith('unbind('));
    expect(found?.reason).toBeUndefined();
    return found?.rules;
  };

  it('keeps the memdev while it is open: cdev_device_add() makes it the parent', () => {
    expect(rules(original)).toEqual([]);
  });

  it('does not where it is added by itself', () => {
    const apart = original
      .replace('rc = cdev_device_add(cdev, dev);', 'rc = cdev_add(cdev, dev->devt, 1);\n\tif (!rc)\n\t\trc = device_add(dev);')
      .replace('cdev_device_del(&cxlmd->cdev, dev);', 'cdev_del(&cxlmd->cdev);\n\tdevice_del(dev);');
    expect(apart).not.toContain('cdev_device_');
    expect(rules(apart)).toContain('use-after-free');
    // The parent stays as long as the character device does.
    const parented = apart.replace('rc = cdev_add(', 'cdev_set_parent(cdev, &dev->kobj);\n\trc = cdev_add(');
    expect(rules(parented)).toEqual([]);
  });
});
