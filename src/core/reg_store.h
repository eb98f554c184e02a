/*
 * The document store: sealed pictures as files of a directory.
 *
 * A document's file is DIRECTORY/xx/ID, with xx the first two characters of
 * the hex BLAKE2b of the id (so that 256 folders share them evenly; made by
 * reg_store_prepare).  A file appears whole or not at all (O_TMPFILE and
 * linkat; where the file system has no O_TMPFILE, a name beginning with
 * ".", renamed).  Every function blocks: call them from a thread.
 */

#ifndef REG_STORE_H_INCLUDED
#define REG_STORE_H_INCLUDED


#include "reg_core.h"


/* Makes the directory (0700) and its folders where they are missing. */

reg_code_t reg_store_prepare(const char *directory, reg_error_t *error);

/* errno tells more when these give REG_INTERNAL. */

reg_code_t reg_store_put(const char *directory, const char *id,
    const unsigned char *data, size_t len);

/*
 * Reads a document into a malloc'ed buffer.  REG_NOT_FOUND when there is
 * none, REG_LIMIT when it has more than max bytes.
 */

reg_code_t reg_store_get(const char *directory, const char *id, size_t max,
    unsigned char **data, size_t *len);

/* Flushes the file and its folder to the disk; REG_NOT_FOUND when missing. */

reg_code_t reg_store_sync(const char *directory, const char *id);

/* Removing what is not there is REG_OK. */

reg_code_t reg_store_remove(const char *directory, const char *id);

/*
 * Lists at most n documents of folder 0..255 last written before an instant;
 * ids are written one behind the other, REG_DOCUMENT_ID_LEN + 1 bytes each.
 * Unfinished files (beginning with ".") as old as that are removed.  after,
 * when not NULL, is the last id of the call before.  Gives their number, or
 * -1.
 */

int reg_store_old(const char *directory, unsigned folder, time_t before,
    const char *after, char *ids, int n);


#endif /* REG_STORE_H_INCLUDED */
