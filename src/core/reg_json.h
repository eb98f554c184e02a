/*
 * JSON files that an administrator edits, and the line of a wrong value.
 */

#ifndef REG_JSON_H_INCLUDED
#define REG_JSON_H_INCLUDED


#include <jansson.h>
#include "reg_core.h"


/*
 * Reads and parses a file, at most max bytes, that holds one object without
 * duplicate members.  With it *text, which the caller frees.  NULL with the
 * reason in error.
 */

json_t *reg_json_load(const char *path, size_t max, char **text,
    reg_error_t *error);


/*
 * A value's place in a document: the last step of the way to it, an object's
 * member, or with key NULL an array's element.  up is NULL in the first step.
 */

typedef struct reg_json_place_s  reg_json_place_t;

struct reg_json_place_s {
    const reg_json_place_t  *up;
    const char              *key;
    size_t                   index;
};


/*
 * The line on which a value begins (of a member: its name), in text known to
 * be valid.  Where the way cannot be followed, the line of the last step
 * that could; place NULL is the document itself.
 */

unsigned reg_json_line(const char *text, const reg_json_place_t *place);


/* "FILE:LINE: "cities[0].offices[2].id" REASON". */

void reg_json_error(reg_error_t *error, const char *path, const char *text,
    const reg_json_place_t *place, const char *reason);


#endif /* REG_JSON_H_INCLUDED */
