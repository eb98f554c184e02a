/* Divisions of GB/T 2260 from the module's own regions.json, and addresses. */

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "specimen.h"
#include "lists.h"


static json_t  *regions;


void
sp_regions_read(const char *path)
{
    json_t        *file;
    json_error_t   err;

    file = json_load_file(path, 0, &err);
    regions = json_object_get(file, "regions");

    if (!json_is_array(regions) || json_array_size(regions) < 3000) {
        sp_fail("%s: %s: make it by make data", path,
                file == NULL ? err.text : "not the table of divisions");
    }
}


static const char *
part(size_t i, size_t which)
{
    const char  *text;

    text = json_string_value(json_array_get(json_array_get(regions, i),
                                            which));
    if (text == NULL) {
        sp_fail("the table of divisions: entry %zu is no pair of strings", i);
    }

    return text;
}


static const char *
name_of(const char *code)
{
    size_t  i;

    for (i = 0; i < json_array_size(regions); i++) {
        if (strcmp(part(i, 0), code) == 0) {
            return part(i, 1);
        }
    }

    return "";
}


/* A leaf: nothing in the table lies in it.  The table is in order. */

static int
is_leaf(size_t i)
{
    size_t       length;
    const char  *code, *next;

    code = part(i, 0);
    length = strcmp(code + 4, "00") != 0 ? 6
             : strcmp(code + 2, "0000") != 0 ? 4 : 2;

    if (i + 1 == json_array_size(regions)) {
        return 1;
    }

    next = part(i + 1, 0);

    return strncmp(code, next, length) != 0;
}


/* Every third is of Henan, whose platform this is drawn for. */

void
sp_region(sp_random_t *r, sp_region_t *region)
{
    int          local;
    char         above[8];
    size_t       i;
    const char  *code;

    local = sp_chance(r, 0.3);

    do {
        i = sp_integer(r, 0, (int) json_array_size(regions) - 1);
        code = part(i, 0);

    } while (!is_leaf(i)
             || (local && strncmp(code, "41", 2) != 0)
             || strncmp(code, "71", 2) == 0
             || strncmp(code, "81", 2) >= 0);

    memset(region, 0, sizeof(*region));
    sp_add(region->code, sizeof(region->code), "%s", code);

    snprintf(above, sizeof(above), "%.2s0000", code);
    sp_add(region->province, sizeof(region->province), "%s", name_of(above));

    if (strcmp(code + 4, "00") == 0) {
        sp_add(region->city, sizeof(region->city), "%s", part(i, 1));
        return;
    }

    snprintf(above, sizeof(above), "%.4s00", code);
    sp_add(region->city, sizeof(region->city), "%s", name_of(above));
    sp_add(region->county, sizeof(region->county), "%s", part(i, 1));
}


/*
 * How an address begins.  A county or county-level city often stands
 * directly behind its province, a district never does.
 */

void
sp_place(sp_random_t *r, const sp_region_t *region, char *out, size_t size)
{
    int  direct;

    direct = sp_chance(r, 0.5) && region->county[0]
             && !sp_ends(region->county, "区");

    sp_add(out, size, "%s%s%s", region->province,
           direct ? "" : region->city, region->county);
}


void
sp_street(sp_random_t *r, const sp_region_t *region, char *out, size_t size)
{
    sp_place(r, region, out, size);
    sp_add(out, size, "%s%d号", sp_pick(r, sp_roads), sp_integer(r, 1, 399));

    switch (sp_integer(r, 0, 4)) {

    case 0:
        sp_add(out, size, "%d号楼", sp_integer(r, 1, 48));
        sp_add(out, size, "%d单元", sp_integer(r, 1, 6));
        sp_add(out, size, "%d%02d号", sp_integer(r, 1, 32),
               sp_integer(r, 1, 8));
        break;

    case 1:
        sp_add(out, size, "%s", sp_pick(r, sp_estates));
        sp_add(out, size, "%d栋", sp_integer(r, 1, 36));
        sp_add(out, size, "%d%02d室", sp_integer(r, 1, 32),
               sp_integer(r, 1, 8));
        break;

    case 2:
        sp_add(out, size, "院%d号楼", sp_integer(r, 1, 20));
        sp_add(out, size, "%d号", sp_integer(r, 1, 180));
        break;

    case 3:
        sp_add(out, size, "附%d号", sp_integer(r, 1, 60));
        break;

    default:
        break;
    }
}


void
sp_village(sp_random_t *r, char *out, size_t size)
{
    char  c[8];

    sp_character(r, SP_TOWN_FIRST, c);
    sp_add(out, size, "%s", c);
    sp_character(r, SP_TOWN_SECOND, c);
    sp_add(out, size, "%s%s", c, sp_chance(r, 0.7) ? "镇" : "乡");

    sp_character(r, SP_VILLAGE_FIRST, c);
    sp_add(out, size, "%s", c);
    sp_character(r, SP_VILLAGE_SECOND, c);
    sp_add(out, size, "%s村", c);

    if (sp_chance(r, 0.5)) {
        sp_character(r, "一二三四五六七八九", c);
        sp_add(out, size, "%s组", c);
    }

    sp_add(out, size, "%d号", sp_integer(r, 1, 260));
}


/* 郑州市 → 郑州, 金水区 → 金水, 太康县 → 太康; 管城回族区 → 管城回族 */

void
sp_short_name(const char *name, char *out, size_t size)
{
    size_t  i, length;

    static const char *const  ends[] = {
        "新区", "自治州", "地区", "区", "市", "县", "盟", "省"
    };

    length = strlen(name);

    for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        if (sp_ends(name, ends[i])
            && length - strlen(ends[i]) >= 2 * strlen("字"))
        {
            length -= strlen(ends[i]);
            break;
        }
    }

    sp_add(out, size, "%.*s", (int) length, name);
}
