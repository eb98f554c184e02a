/*
 * Keys in memory, as sealing sees them.
 */

#ifndef REG_KEYS_H_INCLUDED
#define REG_KEYS_H_INCLUDED


#include "reg_seal.h"


#define REG_KEY       32
#define REG_KEYS_MAX  256


typedef struct {
    uint32_t       number;
    unsigned char  bytes[REG_KEY];
} reg_seal_key_t;


struct reg_keys_s {
    unsigned char   lookup[REG_KEY];
    unsigned char   short_lookup[REG_HASH];     /* 16 bytes of it are used */
    int             has_lookup;
    uint32_t        current;
    uint32_t        staged;                     /* 0: none */
    size_t          n;
    reg_seal_key_t  seal[REG_KEYS_MAX];
};


/* The key of a number, or NULL. */

const unsigned char *reg_keys_find(const reg_keys_t *keys, uint32_t number);


#endif /* REG_KEYS_H_INCLUDED */
