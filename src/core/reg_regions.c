/*
 * The regions of GB/T 2260.
 */

#include "reg_form.h"
#include "reg_json.h"


#define REG_REGIONS_BYTES  (1024 * 1024)
#define REG_REGION_LEN     6

typedef struct {
    char           code[REG_REGION_LEN + 1];
    unsigned char  leaf;
    char          *name;
} reg_region_t;

struct reg_regions_s {
    reg_region_t  *region;          /* in code order */
    size_t         n;
    char          *json;
    size_t         len;
};

/* Where the next region goes while the tree is built. */

typedef struct {
    json_t       *provinces;        /* the array at the top */
    json_t       *province;
    json_t       *city;
    reg_region_t *province_region;
    reg_region_t *city_region;
} reg_regions_tree_t;


static const char *reg_regions_fill(reg_regions_t *regions, json_t *list,
    size_t *at);
static const char *reg_regions_check(const reg_regions_t *regions,
    const json_t *item);
static const char *reg_regions_grow(reg_regions_tree_t *tree,
    reg_region_t *region, json_t *name);
static json_t *reg_regions_node(json_t *parent, const char *code,
    json_t *name);
static const reg_region_t *reg_regions_find(const reg_regions_t *regions,
    const char *code);
static int reg_regions_compare(const void *code, const void *region);


reg_regions_t *
reg_regions_load(const char *path, reg_error_t *error)
{
    char              *text;
    json_t            *root, *list;
    size_t             at;
    const char        *reason;
    reg_regions_t     *regions;
    reg_json_place_t   array, element;

    root = reg_json_load(path, REG_REGIONS_BYTES, &text, error);
    if (root == NULL) {
        return NULL;
    }

    array = (reg_json_place_t) { NULL, "regions", 0 };
    list = json_object_get(root, "regions");
    regions = calloc(1, sizeof(reg_regions_t));

    if (json_array_size(list) == 0) {
        reg_json_error(error, path, text, &array,
                       "must be a list of [code, name]");
        reason = "";

    } else if (regions == NULL) {
        reg_error_set(error, "%s: out of memory", path);
        reason = "";

    } else {
        reason = reg_regions_fill(regions, list, &at);

        if (reason != NULL) {
            element = (reg_json_place_t) { &array, NULL, at };
            reg_json_error(error, path, text, &element, reason);
        }
    }

    json_decref(root);
    free(text);

    if (reason != NULL) {
        reg_regions_free(regions);
        return NULL;
    }

    return regions;
}


void
reg_regions_free(reg_regions_t *regions)
{
    size_t  i;

    if (regions == NULL) {
        return;
    }

    for (i = 0; i < regions->n; i++) {
        free(regions->region[i].name);
    }

    free(regions->region);
    free(regions->json);
    free(regions);
}


const char *
reg_regions_json(const reg_regions_t *regions, size_t *len)
{
    *len = regions->len;

    return regions->json;
}


int
reg_regions_has(const reg_regions_t *regions, const char *code)
{
    return reg_regions_find(regions, code) != NULL;
}


int
reg_regions_is_leaf(const reg_regions_t *regions, const char *code)
{
    const reg_region_t  *region;

    region = reg_regions_find(regions, code);

    return region != NULL && region->leaf;
}


const char *
reg_regions_name(const reg_regions_t *regions, const char *code)
{
    const reg_region_t  *region;

    region = reg_regions_find(regions, code);

    return (region != NULL) ? region->name : NULL;
}


const char *
reg_regions_at(const reg_regions_t *regions, size_t i, const char **code)
{
    if (i >= regions->n) {
        return NULL;
    }

    *code = regions->region[i].code;

    return regions->region[i].name;
}


/* NULL, or what is wrong with element *at. */

static const char *
reg_regions_fill(reg_regions_t *regions, json_t *list, size_t *at)
{
    json_t              *item, *root;
    const char          *reason;
    reg_region_t        *region;
    reg_regions_tree_t   tree;

    memset(&tree, 0, sizeof(tree));

    tree.provinces = json_array();
    root = json_pack("{s:o}", "regions", tree.provinces);
    regions->region = calloc(json_array_size(list), sizeof(reg_region_t));

    reason = (root == NULL || regions->region == NULL) ? "out of memory" : NULL;

    for (*at = 0; reason == NULL && *at < json_array_size(list); (*at)++) {
        item = json_array_get(list, *at);

        reason = reg_regions_check(regions, item);
        if (reason != NULL) {
            break;
        }

        region = &regions->region[regions->n++];
        strcpy(region->code, json_string_value(json_array_get(item, 0)));
        region->leaf = 1;
        region->name = strdup(json_string_value(json_array_get(item, 1)));

        if (region->name == NULL) {
            reason = "out of memory";
            break;
        }

        reason = reg_regions_grow(&tree, region, json_array_get(item, 1));
        if (reason != NULL) {
            break;
        }
    }

    if (reason == NULL) {
        regions->json = json_dumps(root, JSON_COMPACT);
        if (regions->json == NULL) {
            reason = "out of memory";
        } else {
            regions->len = strlen(regions->json);
        }
    }

    json_decref(root);

    return reason;
}


static const char *
reg_regions_check(const reg_regions_t *regions, const json_t *item)
{
    const char  *code, *name;

    code = json_string_value(json_array_get(item, 0));
    name = json_string_value(json_array_get(item, 1));

    if (json_array_size(item) != 2 || code == NULL || name == NULL
        || strlen(code) != REG_REGION_LEN
        || strspn(code, "0123456789") != REG_REGION_LEN
        || name[0] == '\0')
    {
        return "must be [\"six digits\", \"name\"]";
    }

    if (regions->n != 0
        && strcmp(regions->region[regions->n - 1].code, code) >= 0)
    {
        return "must follow in code order";
    }

    return NULL;
}


/*
 * A county belongs to the city of its first four digits, or where there is
 * none, as in the municipalities and 419001, to the province itself.
 */

static const char *
reg_regions_grow(reg_regions_tree_t *tree, reg_region_t *region, json_t *name)
{
    json_t      *node;
    const char  *code;

    code = region->code;

    if (strcmp(code + 2, "0000") == 0) {
        node = reg_regions_node(tree->provinces, code, name);
        tree->province = node;
        tree->province_region = region;
        tree->city = NULL;

    } else if (tree->province == NULL
               || strncmp(tree->province_region->code, code, 2) != 0)
    {
        return "has no province before it";

    } else if (tree->city != NULL
               && strncmp(tree->city_region->code, code, 4) == 0)
    {
        node = reg_regions_node(tree->city, code, name);
        tree->city_region->leaf = 0;

    } else {
        node = reg_regions_node(tree->province, code, name);
        tree->province_region->leaf = 0;

        if (strcmp(code + 4, "00") == 0) {
            tree->city = node;
            tree->city_region = region;
        }
    }

    return (node != NULL) ? NULL : "out of memory";
}


/* Adds a node to an array, or to the "children" of another. */

static json_t *
reg_regions_node(json_t *parent, const char *code, json_t *name)
{
    json_t  *node, *list;

    list = parent;

    if (json_is_object(parent)) {
        list = json_object_get(parent, "children");

        if (list == NULL) {
            list = json_array();
            if (json_object_set_new(parent, "children", list) != 0) {
                return NULL;
            }
        }
    }

    node = json_pack("{s:s, s:O}", "code", code, "name", name);

    if (json_array_append_new(list, node) != 0) {
        return NULL;
    }

    return node;
}


static const reg_region_t *
reg_regions_find(const reg_regions_t *regions, const char *code)
{
    return bsearch(code, regions->region, regions->n, sizeof(reg_region_t),
                   reg_regions_compare);
}


static int
reg_regions_compare(const void *code, const void *region)
{
    return strcmp(code, ((const reg_region_t *) region)->code);
}
