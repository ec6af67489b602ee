/* SPDX-License-Identifier: Apache-2.0
 *
 * map: fixed-size keys to fixed-size values under a ceiling. A keyed hash finds an entry; every entry also stands in
 * one of a few queues ("ranks"), oldest use first, so that what gives way at the ceiling, and what has gone stale, is
 * found without a search:
 *
 *	rank 0   oldest ... newest      the first to give way
 *	rank 1   oldest ... newest
 *	rank n   oldest ... newest      the last
 *
 * Memory grows in slabs, is never moved (a value's address is stable while its entry lives) and never exceeds
 * 2 KiB + ceiling * (key + value + 48 octets of bookkeeping); with many entries the bookkeeping is 28 to 40 octets. What
 * has been freed is kept for the entries to come, so there is no allocation once the map has been full.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/bytes.h"

#define MAP_RANKS 4

struct map;

/* Hears that an entry is about to go, for whatever reason; the value may be read and cleaned, the map not touched. */
typedef void map_farewell(void *arg, const void *key, void *value);

/* NULL when memory is short. key_size and value_size in octets, each 1 to 64 KiB; ceiling at least 1. `farewell` may
 * be NULL. */
struct map *map_new(size_t key_size, size_t value_size, size_t ceiling, map_farewell *farewell, void *arg);

/* Frees all, with a farewell to each entry. NULL is fine. */
void map_free(struct map *);

size_t map_len(const struct map *);

/* The most entries it will hold. */
size_t map_ceiling(const struct map *);

/* Entries given way to others at the ceiling since the map was made. */
uint64_t map_evicted(const struct map *);

/* What the functions below find the key by: for who looks for it more than once. */
uint32_t map_hash(const struct map *, const void *key);

/* The value of `key` (key_size octets, padding included) or NULL. Not a use: the entry keeps its place in its queue. */
void *map_find(const struct map *, const void *key);
void *map_find_hashed(const struct map *, const void *key, uint32_t hash);

/* From now on at most this many entries are made in the rank: its oldest gives way to a new one. (Entries that move into it
 * count, and stay.) 0: no such ceiling. */
void map_limit_rank(struct map *, unsigned rank, size_t ceiling);

/* The value of `key`, newly made with all octets zero in `rank` when there was none (*made says which; may be NULL).
 * At the ceiling the oldest entry of the lowest rank up to `may_evict` gives way; NULL when there is none to give way,
 * or memory is short. An entry that was there keeps its place and rank. */
void *map_put(struct map *, const void *key, unsigned rank, unsigned may_evict, bool *made);
void *map_put_hashed(
    struct map *, const void *key, uint32_t hash, unsigned rank, unsigned may_evict, bool *made);

/* The same for a key of which map_find_hashed() has just said that there is none. */
void *map_add_hashed(struct map *, const void *key, uint32_t hash, unsigned rank, unsigned may_evict);

/* A use: the entry of this value becomes the newest of `rank`. */
void map_touch(struct map *, void *value, unsigned rank);

/* The rank the entry of this value stands in. */
unsigned map_rank(const void *value);

/* The oldest value of `rank`, or NULL; and the key of a value, valid while the entry lives. */
void *map_oldest(const struct map *, unsigned rank);
const void *map_key(const struct map *, const void *value);

/* The value used next after this one in the same rank, or NULL. */
void *map_newer(const struct map *, const void *value);

/* Takes the entry of this value out, with a farewell. */
void map_remove(struct map *, void *value);

/* Octets allocated now. */
size_t map_memory(const struct map *);

#endif
