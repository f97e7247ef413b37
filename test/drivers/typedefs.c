//: variant bug: typedefs, wrapper macros, vendor style
//: variant fix: clean (removal under the adapter's mutex before destroy)
/*****************************************************************************
 * Acme Adapter Driver  (c) Acme
 *****************************************************************************/
#include <linux/version.h>
#include <linux/module.h>
#include <linux/device.h>
#include <linux/i2c.h>
#include <linux/slab.h>

#define ACME_OK          0
#define ACME_LOCK(_a)    mutex_lock(&(_a)->Lock)
#define ACME_UNLOCK(_a)  mutex_unlock(&(_a)->Lock)
#define ACME_ALLOC(_t)   ((_t *)kzalloc(sizeof(_t), GFP_KERNEL))

typedef struct _ACME_ADAPTER {
    struct i2c_client   *Client;
    struct mutex         Lock;
    struct list_head     PortList;
    int                  Dead;
} ACME_ADAPTER, *PACME_ADAPTER;

typedef struct _ACME_PORT {
    struct device        Dev;
    struct list_head     Link;
    PACME_ADAPTER        Adapter;
    unsigned long        Index;
} ACME_PORT, *PACME_PORT;

static void AcmePortRelease(struct device *Dev)
{
    PACME_PORT Port = container_of(Dev, ACME_PORT, Dev);
    kfree(Port);
}

static void AcmePortDestroy(void *Context)
{
    PACME_PORT Port = (PACME_PORT)Context;

//: in bug
    ACME_LOCK(Port->Adapter);
    list_del(&Port->Link);
    ACME_UNLOCK(Port->Adapter);
//: end
    device_unregister(&Port->Dev);
}

static PACME_PORT AcmeFindPort(PACME_ADAPTER Adapter, unsigned long Index)
{
    PACME_PORT Port;

    list_for_each_entry(Port, &Adapter->PortList, Link) {
        if (Port->Index == Index) {
            return Port;
        }
    }
    return NULL;
}

static int AcmePortCreate(PACME_ADAPTER Adapter, unsigned long Index)
{
    PACME_PORT Port = NULL;
    int        Status;

    Port = ACME_ALLOC(ACME_PORT);
    if (NULL == Port) {
        return -ENOMEM;
    }
    Port->Adapter = Adapter;
    Port->Index   = Index;
    device_initialize(&Port->Dev);
    Port->Dev.parent  = &Adapter->Client->dev;
    Port->Dev.release = AcmePortRelease;
    dev_set_name(&Port->Dev, "acme%lu", Index);

//: in fix
    ACME_LOCK(Adapter);
    if (Adapter->Dead) {
        ACME_UNLOCK(Adapter);
        put_device(&Port->Dev);
        return -ENODEV;
    }
    Status = device_add(&Port->Dev);
    if (ACME_OK != Status) {
        ACME_UNLOCK(Adapter);
        put_device(&Port->Dev);
        return Status;
    }
    list_add(&Port->Link, &Adapter->PortList);
    ACME_UNLOCK(Adapter);
    return ACME_OK;
//: else
    Status = device_add(&Port->Dev);
    if (ACME_OK != Status) {
        put_device(&Port->Dev);
        return Status;
    }
    ACME_LOCK(Adapter);
    list_add(&Port->Link, &Adapter->PortList);
    ACME_UNLOCK(Adapter);
    return devm_add_action_or_reset(&Adapter->Client->dev, AcmePortDestroy, Port);
//: end
}

static ssize_t AcmeCreateStore(struct device *Dev, struct device_attribute *Attr, const char *Buf, size_t Len)
{
    PACME_ADAPTER Adapter = (PACME_ADAPTER)i2c_get_clientdata(to_i2c_client(Dev));
    unsigned long Index;
    int Status;

    if (kstrtoul(Buf, 0, &Index)) {
        return -EINVAL;
    }
    Status = AcmePortCreate(Adapter, Index);
    return (ACME_OK == Status) ? Len : Status;
}

static ssize_t AcmeDeleteStore(struct device *Dev, struct device_attribute *Attr, const char *Buf, size_t Len)
{
    PACME_ADAPTER Adapter = (PACME_ADAPTER)i2c_get_clientdata(to_i2c_client(Dev));
    PACME_PORT    Port;
    unsigned long Index;

    if (kstrtoul(Buf, 0, &Index)) {
        return -EINVAL;
    }

    ACME_LOCK(Adapter);
    Port = AcmeFindPort(Adapter, Index);
//: in fix
    if (NULL != Port) {
        list_del(&Port->Link);
    }
    ACME_UNLOCK(Adapter);
    if (NULL == Port) {
        return -ENOENT;
    }
    AcmePortDestroy(Port);
//: else
    ACME_UNLOCK(Adapter);
    if (NULL == Port) {
        return -ENOENT;
    }
    devm_release_action(&Adapter->Client->dev, AcmePortDestroy, Port); // want(bug) "double-release" "release-before-add"
//: end
    return Len;
}

static DEVICE_ATTR(create, S_IWUSR, NULL, AcmeCreateStore);
static DEVICE_ATTR(delete, S_IWUSR, NULL, AcmeDeleteStore);

static struct attribute *AcmeAttrs[] = {
    &dev_attr_create.attr,
    &dev_attr_delete.attr,
    NULL
};

static const struct attribute_group AcmeGroup = {
    .attrs = AcmeAttrs,
};

static int AcmeProbe(struct i2c_client *Client)
{
    PACME_ADAPTER Adapter;
    int           Status;

    Adapter = devm_kzalloc(&Client->dev, sizeof(ACME_ADAPTER), GFP_KERNEL);
    if (NULL == Adapter) {
        return -ENOMEM;
    }
    Adapter->Client = Client;
    mutex_init(&Adapter->Lock);
    INIT_LIST_HEAD(&Adapter->PortList);
    i2c_set_clientdata(Client, Adapter);

    Status = sysfs_create_group(&Client->dev.kobj, &AcmeGroup);
    if (ACME_OK != Status) {
        dev_err(&Client->dev, "%s: no sysfs\n", __FUNCTION__);
        return Status;
    }
    return ACME_OK;
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 1, 0)
static void AcmeRemove(struct i2c_client *Client)
#else
static int AcmeRemove(struct i2c_client *Client)
#endif
{
    PACME_ADAPTER Adapter = (PACME_ADAPTER)i2c_get_clientdata(Client);
//: in fix
    PACME_PORT Port, Next;
//: end

    sysfs_remove_group(&Client->dev.kobj, &AcmeGroup);
//: in fix
    ACME_LOCK(Adapter);
    Adapter->Dead = 1;
    list_for_each_entry_safe(Port, Next, &Adapter->PortList, Link) {
        list_del(&Port->Link);
        AcmePortDestroy(Port);
    }
    ACME_UNLOCK(Adapter);
//: end
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
    return 0;
#endif
}

static const struct i2c_device_id AcmeIds[] = { { "acme", 0 }, { } };
static struct i2c_driver AcmeDriver = {
    .driver   = { .name = "acme" },
    .probe    = AcmeProbe,
    .remove   = AcmeRemove,
    .id_table = AcmeIds,
};
module_i2c_driver(AcmeDriver);
MODULE_LICENSE("GPL");
