/* SPDX-License-Identifier: Apache-2.0
 *
 * Entries live in slabs that double in size and never move; buckets are chains through the entries, their array grows
 * with the number of entries. The queues are rings through the entries, one per rank.
 *
 *	key ... | next in bucket, older, newer, hash, rank | value ...
 *	        ^ a multiple of 8, and so is the stride
 *
 * What a search reads, the key and the hash, are neighbours in the cache; the value is at a fixed distance. The key
 * ends where the entry begins, so it is aligned as its own size asks for.
 */
#include "base/map.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

#define SLAB_FIRST 16
#define SLABS_MAX 48
#define BUCKETS_FIRST 16

struct entry {
	struct entry *chain; /* next in its bucket, or next free one */
	struct entry *older, *newer;
	uint32_t hash;
	uint32_t rank;
};

struct map {
	size_t key_size, value_size, ceiling, len;
	size_t stride; /* from one entry to the next */
	size_t bucket_count; /* a power of two, or 0 */
	struct entry **buckets;
	struct entry queues[MAP_RANKS]; /* ring heads: newer is the oldest entry, older the newest */
	struct entry *free;
	uint8_t *fresh; /* entries of the newest slab that were never used: its pages are not touched before */
	size_t fresh_count;
	void *slabs[SLABS_MAX];
	size_t slab_count, slab_octets, entries;
	struct hash_key key;
	uint64_t evicted;
	map_farewell *farewell;
	void *arg;
};

static void *
value_of(const struct entry *e)
{
	return (uint8_t *)(uintptr_t)e + sizeof(*e);
}

static struct entry *
entry_of(const void *value)
{
	return (struct entry *)((uintptr_t)value - sizeof(struct entry));
}

static size_t
round_up(size_t n)
{
	return (n + 7) & ~(size_t)7;
}

static void *
key_of(const struct map *m, const struct entry *e)
{
	return (uint8_t *)(uintptr_t)e - m->key_size;
}

struct map *
map_new(size_t key_size, size_t value_size, size_t ceiling, map_farewell *farewell, void *arg)
{
	struct map *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->key_size = key_size;
	m->value_size = value_size;
	m->stride = round_up(key_size + sizeof(struct entry) + value_size);
	m->ceiling = ceiling;
	m->farewell = farewell;
	m->arg = arg;
	m->key = hash_key_random();
	for (int i = 0; i < MAP_RANKS; i++)
		m->queues[i].older = m->queues[i].newer = &m->queues[i];
	return m;
}

static void
unqueue(struct entry *e)
{
	e->older->newer = e->newer;
	e->newer->older = e->older;
}

static void
enqueue(struct map *m, struct entry *e, unsigned rank)
{
	struct entry *head = &m->queues[rank];

	e->rank = rank;
	e->older = head->older;
	e->newer = head;
	head->older->newer = e;
	head->older = e;
}

static struct entry **
bucket_of(const struct map *m, uint32_t hash)
{
	return &m->buckets[hash & (m->bucket_count - 1)];
}

static void
take_out(struct map *m, struct entry *e)
{
	struct entry **at = bucket_of(m, e->hash);

	if (m->farewell != NULL)
		m->farewell(m->arg, key_of(m, e), value_of(e));
	while (*at != e)
		at = &(*at)->chain;
	*at = e->chain;
	unqueue(e);
	e->chain = m->free;
	m->free = e;
	m->len--;
}

void
map_free(struct map *m)
{
	if (m == NULL)
		return;
	for (int i = 0; i < MAP_RANKS; i++)
		while (m->queues[i].newer != &m->queues[i])
			take_out(m, m->queues[i].newer);
	for (size_t i = 0; i < m->slab_count; i++)
		free(m->slabs[i]);
	free(m->buckets);
	free(m);
}

size_t
map_len(const struct map *m)
{
	return m->len;
}

uint64_t
map_evicted(const struct map *m)
{
	return m->evicted;
}

static uint32_t
hash_of(const struct map *m, const void *key)
{
	return (uint32_t)hash_bytes(&m->key, bytes_of(key, m->key_size));
}

static struct entry *
find(const struct map *m, const void *key, uint32_t hash)
{
	if (m->bucket_count == 0)
		return NULL;
	for (struct entry *e = *bucket_of(m, hash); e != NULL; e = e->chain)
		if (e->hash == hash && memcmp(key_of(m, e), key, m->key_size) == 0)
			return e;
	return NULL;
}

void *
map_find(const struct map *m, const void *key)
{
	struct entry *e = find(m, key, hash_of(m, key));

	return e == NULL ? NULL : value_of(e);
}

/* Twice the buckets, never more than the ceiling; the old ones serve on when memory is short, unless there are none. */
static bool
grow_buckets(struct map *m)
{
	size_t count = m->bucket_count == 0 ? BUCKETS_FIRST : m->bucket_count * 2, old = m->bucket_count;
	struct entry **fresh, **before = m->buckets;

	if (m->len < old || (old > 0 && count > m->ceiling))
		return true;
	fresh = calloc(count, sizeof(struct entry *));
	if (fresh == NULL)
		return old > 0;
	m->buckets = fresh;
	m->bucket_count = count;
	for (size_t i = 0; i < old; i++) {
		for (struct entry *e = before[i], *next; e != NULL; e = next) {
			struct entry **at = bucket_of(m, e->hash);

			next = e->chain;
			e->chain = *at;
			*at = e;
		}
	}
	free(before);
	return true;
}

static bool
make_way(struct map *m, unsigned may_evict)
{
	for (unsigned rank = 0; rank <= may_evict && rank < MAP_RANKS; rank++) {
		struct entry *oldest = m->queues[rank].newer;

		if (oldest == &m->queues[rank])
			continue;
		take_out(m, oldest);
		m->evicted++;
		return true;
	}
	return false;
}

/* Another slab: as many entries as there are so far, at most up to the ceiling. */
static bool
grow_slabs(struct map *m)
{
	size_t count = m->entries < SLAB_FIRST ? SLAB_FIRST : m->entries, octets;
	uint8_t *slab;

	if (count > m->ceiling - m->entries)
		count = m->ceiling - m->entries;
	if (m->slab_count == SLABS_MAX || count > (SIZE_MAX - 8) / m->stride)
		return false;
	octets = count * m->stride + 8;
	slab = malloc(octets);
	if (slab == NULL)
		return false;
	m->slabs[m->slab_count++] = slab;
	m->slab_octets += octets;
	m->entries += count;
	m->fresh = slab + round_up(m->key_size);
	m->fresh_count = count;
	return true;
}

/* An entry that is in no bucket and no queue, or NULL. */
static struct entry *
take_free(struct map *m, unsigned may_evict)
{
	struct entry *e;

	if (m->free == NULL && m->fresh_count == 0 &&
	    (m->entries < m->ceiling ? !grow_slabs(m) : !make_way(m, may_evict)))
		return NULL;
	if (m->free != NULL) {
		e = m->free;
		m->free = e->chain;
		return e;
	}
	e = (struct entry *)(void *)m->fresh;
	m->fresh += m->stride;
	m->fresh_count--;
	return e;
}

void *
map_put(struct map *m, const void *key, unsigned rank, unsigned may_evict, bool *made)
{
	uint32_t hash = hash_of(m, key);
	struct entry *e = find(m, key, hash), **at;

	if (made != NULL)
		*made = e == NULL;
	if (e != NULL)
		return value_of(e);
	if (!grow_buckets(m))
		return NULL;
	e = take_free(m, may_evict);
	if (e == NULL)
		return NULL;
	memset(value_of(e), 0, m->value_size);
	memcpy(key_of(m, e), key, m->key_size);
	e->hash = hash;
	at = bucket_of(m, hash);
	e->chain = *at;
	*at = e;
	enqueue(m, e, rank);
	m->len++;
	return value_of(e);
}

void
map_touch(struct map *m, void *value, unsigned rank)
{
	struct entry *e = entry_of(value);

	unqueue(e);
	enqueue(m, e, rank);
}

unsigned
map_rank(const void *value)
{
	return entry_of(value)->rank;
}

void *
map_oldest(const struct map *m, unsigned rank)
{
	const struct entry *e = m->queues[rank].newer;

	return e == &m->queues[rank] ? NULL : value_of(e);
}

const void *
map_key(const struct map *m, const void *value)
{
	return key_of(m, entry_of(value));
}

void *
map_newer(const struct map *m, const void *value)
{
	const struct entry *e = entry_of(value)->newer;

	return e == &m->queues[entry_of(value)->rank] ? NULL : value_of(e);
}

void
map_remove(struct map *m, void *value)
{
	take_out(m, entry_of(value));
}

size_t
map_memory(const struct map *m)
{
	return sizeof(*m) + m->slab_octets + m->bucket_count * sizeof(struct entry *);
}
