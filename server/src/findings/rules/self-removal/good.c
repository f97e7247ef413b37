// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bits.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/platform_device.h>

#define VAULT_SEAL BIT(7)

struct vault {
	void __iomem *regs;
};

static ssize_t state_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	struct vault *vault = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%u\n", readl(vault->regs));
}
static DEVICE_ATTR_RO(state);

/* Can be written once, then it is gone until the next probe */
static ssize_t seal_store(struct device *dev, struct device_attribute *attr,
			  const char *buf, size_t len)
{
	struct vault *vault = dev_get_drvdata(dev);

	/* of two writers one gets here, the other has to do nothing */
	if (device_remove_file_self(dev, attr))
		writel(VAULT_SEAL, vault->regs);

	return len;
}
static DEVICE_ATTR_WO(seal);

static struct attribute *vault_attrs[] = {
	&dev_attr_state.attr,
	&dev_attr_seal.attr,
	NULL,
};
ATTRIBUTE_GROUPS(vault);

static int vault_probe(struct platform_device *pdev)
{
	struct vault *vault;

	vault = devm_kzalloc(&pdev->dev, sizeof(*vault), GFP_KERNEL);
	if (!vault)
		return -ENOMEM;

	vault->regs = devm_platform_ioremap_resource(pdev, 0);
	if (IS_ERR(vault->regs))
		return PTR_ERR(vault->regs);

	platform_set_drvdata(pdev, vault);

	return 0;
}

static struct platform_driver vault_driver = {
	.probe = vault_probe,
	.driver = {
		.name = "vault",
		.dev_groups = vault_groups,
	},
};

module_platform_driver(vault_driver);
MODULE_DESCRIPTION("Vault with an attribute that can be written once");
MODULE_LICENSE("GPL");
