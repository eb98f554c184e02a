/*
 * JSON: request bodies, files, and the line of a wrong value in a file.
 */

#include "reg_fields.h"
#include "reg_json.h"


#define REG_JSON_DEPTH  4           /* of a request body */
#define REG_JSON_STEPS  16          /* no file of ours is nested deeper */


static int reg_json_too_deep(const char *text, size_t len);
static const char *reg_json_space(const char *p);
static const char *reg_json_string(const char *p);
static const char *reg_json_value(const char *p);
static const char *reg_json_step(const char *p, const reg_json_place_t *place,
    const char **name);
static size_t reg_json_way(const reg_json_place_t *place,
    const reg_json_place_t *way[REG_JSON_STEPS]);


json_t *
reg_json_parse(const char *text, size_t len)
{
    json_t  *root;

    if (reg_json_too_deep(text, len)) {
        return NULL;
    }

    root = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);

    if (root != NULL && !json_is_object(root)) {
        json_decref(root);
        return NULL;
    }

    return root;
}


/* Seen before anything is built of it; a wrong text may pass. */

static int
reg_json_too_deep(const char *text, size_t len)
{
    int          quoted;
    size_t       i;
    unsigned     depth;

    quoted = 0;
    depth = 0;

    for (i = 0; i < len; i++) {
        if (quoted) {
            if (text[i] == '\\') {
                i++;

            } else if (text[i] == '"') {
                quoted = 0;
            }

            continue;
        }

        switch (text[i]) {

        case '"':
            quoted = 1;
            break;

        case '{':
        case '[':
            if (++depth > REG_JSON_DEPTH) {
                return 1;
            }
            break;

        case '}':
        case ']':
            if (depth != 0) {
                depth--;
            }
            break;
        }
    }

    return 0;
}


json_t *
reg_json_load(const char *path, size_t max, char **text, reg_error_t *error)
{
    size_t         len;
    json_t        *root;
    json_error_t   fault;

    *text = reg_file_read(path, max, &len, error);
    if (*text == NULL) {
        return NULL;
    }

    root = json_loadb(*text, len, JSON_REJECT_DUPLICATES, &fault);

    if (root == NULL) {
        reg_error_set(error, "%s:%d: %s", path,
                      fault.line > 0 ? fault.line : 1, fault.text);

    } else if (!json_is_object(root)) {
        reg_error_set(error, "%s:1: must be one JSON object", path);
        json_decref(root);
        root = NULL;
    }

    if (root == NULL) {
        free(*text);
        *text = NULL;
    }

    return root;
}


unsigned
reg_json_line(const char *text, const reg_json_place_t *place)
{
    size_t                   n;
    unsigned                 line;
    const char              *p, *value, *name;
    const reg_json_place_t  *way[REG_JSON_STEPS];

    p = reg_json_space(text);
    value = p;

    for (n = reg_json_way(place, way); n != 0; n--) {
        value = reg_json_step(value, way[n - 1], &name);
        if (value == NULL) {
            break;
        }

        p = name;
    }

    for (line = 1; text != p; text++) {
        line += (*text == '\n');
    }

    return line;
}


void
reg_json_error(reg_error_t *error, const char *path, const char *text,
    const reg_json_place_t *place, const char *reason)
{
    int                      len;
    char                     name[256];
    size_t                   n, used;
    const reg_json_place_t  *way[REG_JSON_STEPS];

    name[0] = '\0';
    used = 0;

    for (n = reg_json_way(place, way); n != 0; n--) {
        if (way[n - 1]->key != NULL) {
            len = snprintf(name + used, sizeof(name) - used, "%s%s",
                           used == 0 ? "" : ".", way[n - 1]->key);
        } else {
            len = snprintf(name + used, sizeof(name) - used, "[%zu]",
                           way[n - 1]->index);
        }

        if (len < 0 || (size_t) len >= sizeof(name) - used) {
            break;
        }

        used += (size_t) len;
    }

    reg_error_set(error, "%s:%u: \"%s\" %s", path,
                  reg_json_line(text, place), name, reason);
}


/* The steps, the last one first. */

static size_t
reg_json_way(const reg_json_place_t *place,
    const reg_json_place_t *way[REG_JSON_STEPS])
{
    size_t  n;

    for (n = 0; place != NULL && n < REG_JSON_STEPS; place = place->up) {
        way[n++] = place;
    }

    return n;
}


/*
 * From the beginning of an object or array to the value of a step, and to
 * the name before it (of an element: the value itself).
 */

static const char *
reg_json_step(const char *p, const reg_json_place_t *place, const char **name)
{
    size_t       i, len;
    const char  *after;

    if (*p != (place->key != NULL ? '{' : '[')) {
        return NULL;
    }

    for (i = 0; /* void */; i++) {
        p = reg_json_space(p + 1);
        *name = p;

        if (*p == '}' || *p == ']' || *p == '\0') {
            return NULL;
        }

        if (place->key == NULL) {
            if (i == place->index) {
                return p;
            }

        } else {
            after = reg_json_string(p);
            len = strlen(place->key);
            p = reg_json_space(reg_json_space(after) + 1);

            if (after - *name == (ptrdiff_t) len + 2
                && memcmp(*name + 1, place->key, len) == 0)
            {
                return p;
            }
        }

        p = reg_json_space(reg_json_value(p));

        if (*p != ',') {
            return NULL;
        }
    }
}


static const char *
reg_json_space(const char *p)
{
    return p + strspn(p, " \t\r\n");
}


/* Each of these two gives what follows the string or value. */

static const char *
reg_json_string(const char *p)
{
    for (p++; *p != '"' && *p != '\0'; p++) {
        if (*p == '\\' && p[1] != '\0') {
            p++;
        }
    }

    return (*p == '"') ? p + 1 : p;
}


static const char *
reg_json_value(const char *p)
{
    unsigned  depth;

    depth = 0;

    do {
        if (*p == '"') {
            p = reg_json_string(p);
            continue;
        }

        if (*p == '{' || *p == '[') {
            depth++;

        } else if (*p == '}' || *p == ']') {
            depth--;
            p++;
            continue;

        } else if (depth == 0) {
            return p + strcspn(p, ",]} \t\r\n");
        }

        p++;

    } while (depth != 0 && *p != '\0');

    return p;
}
