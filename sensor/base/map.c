/* SPDX-License-Identifier: Apache-2.0
 *
 * Entries live in slabs that double in size and never move, and go by number: the slab follows from the highest bit of
 * the number. The queues are lists through the entries, one per rank. A search goes through the slots: one array with
 * hash and number side by side, probed in a line, so that a key that is not there mostly costs one cache line and never
 * a look at an entry. What leaves a slot is closed up from behind (no tombstones).
 *
 *	key ... | older, newer, hash, rank | value ...
 *	        ^ a multiple of 8, and so is the stride
 *
 * What a hit reads, the key and the links, are neighbours in the cache; the value is at a fixed distance. The key ends
 * where the entry begins, so it is aligned as its own size asks for.
 *
 * The hash is NH (RFC 4418 section 5.2.2) with a key from the kernel, for keys of up to 64 octets: whoever does not know
 * the key, and a passive sensor answers nobody, finds no two keys that collide with a likelihood above 2^-32. NH is
 * linear in parts of its input, which a row of slots would show, so its sum is stirred by a bijection. Longer keys go
 * through SipHash.
 */
#include "base/map.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/memory.h"

#define SLAB_FIRST 16
#define SLABS_MAX 28
#define ENTRIES_MAX (UINT32_MAX / 4)
#define SLOTS_FIRST 16
#define QUICK_MAX 64
/* From here on memory is asked for in large pages: a full table is read at random. */
#define HUGE_PAGE ((size_t)1 << 21)

/* Entries are numbered from 1; 0 is none. */
struct entry {
	uint32_t older, newer; /* older also: the next free one */
	uint32_t hash;
	uint32_t rank;
};

struct slot {
	uint32_t hash, number;
};

struct queue {
	uint32_t oldest, newest;
	uint32_t len, ceiling; /* ceiling 0: that of the map alone */
};

struct map {
	size_t key_size, value_size;
	size_t stride; /* from one entry to the next */
	uint32_t ceiling, len;
	uint32_t slot_count, slots_most;
	struct slot *slots;
	struct queue queues[MAP_RANKS];
	uint32_t free;  /* the first of those that were used before */
	uint32_t fresh; /* how many were ever used: pages beyond are not touched before */
	uint32_t entries; /* for which there is memory */
	size_t slab_count, slab_octets;
	void *slabs[SLABS_MAX];
	uint8_t *first[SLABS_MAX]; /* the first entry of each */
	uint32_t quick[QUICK_MAX / sizeof(uint32_t)];
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

/* Slab 0 holds the first SLAB_FIRST entries, each other one as many as all before it. */
static struct entry *
entry_at(const struct map *m, uint32_t number)
{
	uint32_t i = number - 1;
	int slab = 31 - __builtin_clz(i / SLAB_FIRST << 1 | 1);
	uint32_t before = slab == 0 ? 0 : (uint32_t)SLAB_FIRST << (slab - 1);

	return (struct entry *)(void *)(m->first[slab] + (size_t)(i - before) * m->stride);
}

struct map *
map_new(size_t key_size, size_t value_size, size_t ceiling, map_farewell *farewell, void *arg)
{
	struct map *m = memory_take_zeroed(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->key_size = key_size;
	m->value_size = value_size;
	m->stride = round_up(key_size + sizeof(struct entry) + value_size);
	m->ceiling = ceiling < ENTRIES_MAX ? (uint32_t)ceiling : ENTRIES_MAX;
	/* While they grow they are at most three quarters full, at the ceiling two thirds. */
	m->slots_most = m->ceiling + m->ceiling / 2 + 2;
	m->farewell = farewell;
	m->arg = arg;
	m->key = hash_key_random();
	for (size_t i = 0; i < sizeof(m->quick); i += sizeof(struct hash_key)) {
		struct hash_key random = hash_key_random();

		memcpy((uint8_t *)m->quick + i, &random, sizeof(random));
	}
	return m;
}

static void
unqueue(struct map *m, struct entry *e)
{
	struct queue *q = &m->queues[e->rank];

	*(e->older != 0 ? &entry_at(m, e->older)->newer : &q->oldest) = e->newer;
	*(e->newer != 0 ? &entry_at(m, e->newer)->older : &q->newest) = e->older;
	q->len--;
}

static void
enqueue(struct map *m, struct entry *e, uint32_t number, unsigned rank)
{
	struct queue *q = &m->queues[rank];

	e->rank = rank;
	e->older = q->newest;
	e->newer = 0;
	*(q->newest != 0 ? &entry_at(m, q->newest)->newer : &q->oldest) = number;
	q->newest = number;
	q->len++;
}

/* The number of an entry that stands in a queue: a neighbour knows it. */
static uint32_t
number_of(const struct map *m, const struct entry *e)
{
	return e->older != 0 ? entry_at(m, e->older)->newer : m->queues[e->rank].oldest;
}

static uint32_t
home_of(const struct map *m, uint32_t hash)
{
	return (uint32_t)((uint64_t)hash * m->slot_count >> 32);
}

static uint32_t
slot_after(const struct map *m, uint32_t slot)
{
	return slot + 1 < m->slot_count ? slot + 1 : 0;
}

static uint32_t
steps(const struct map *m, uint32_t from, uint32_t to)
{
	return to >= from ? to - from : to + m->slot_count - from;
}

/* Empties the slot of an entry and moves up those behind that would rather stand there. */
static void
leave_slot(struct map *m, uint32_t hash, uint32_t number)
{
	uint32_t hole = home_of(m, hash);

	while (m->slots[hole].number != number)
		hole = slot_after(m, hole);
	for (uint32_t i = slot_after(m, hole); m->slots[i].number != 0; i = slot_after(m, i)) {
		if (steps(m, home_of(m, m->slots[i].hash), i) < steps(m, hole, i))
			continue;
		m->slots[hole] = m->slots[i];
		hole = i;
	}
	m->slots[hole].number = 0;
}

static void
take_slot(struct map *m, uint32_t hash, uint32_t number)
{
	uint32_t i = home_of(m, hash);

	while (m->slots[i].number != 0)
		i = slot_after(m, i);
	m->slots[i] = (struct slot){ hash, number };
}

static void
take_out(struct map *m, struct entry *e)
{
	uint32_t number = number_of(m, e);

	if (m->farewell != NULL)
		m->farewell(m->arg, key_of(m, e), value_of(e));
	leave_slot(m, e->hash, number);
	unqueue(m, e);
	e->older = m->free;
	m->free = number;
	m->len--;
}

void
map_free(struct map *m)
{
	if (m == NULL)
		return;
	for (int i = 0; i < MAP_RANKS && m->farewell != NULL; i++)
		for (uint32_t n = m->queues[i].oldest; n != 0; n = entry_at(m, n)->newer)
			m->farewell(m->arg, key_of(m, entry_at(m, n)), value_of(entry_at(m, n)));
	for (size_t i = 0; i < m->slab_count; i++)
		memory_give_back(m->slabs[i]);
	memory_give_back(m->slots);
	memory_give_back(m);
}

size_t
map_ceiling(const struct map *m)
{
	return m->ceiling;
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
stir(uint64_t x)
{
	x ^= x >> 32;
	x *= UINT64_C(0xD6E8FEB86659FD93);
	x ^= x >> 32;
	x *= UINT64_C(0xD6E8FEB86659FD93);
	return (uint32_t)(x >> 32);
}

uint32_t
map_hash(const struct map *m, const void *key)
{
	const uint8_t *at = key;
	uint64_t sum = 0;
	size_t i = 0;

	if (m->key_size > QUICK_MAX)
		return (uint32_t)hash_bytes(&m->key, bytes_of(key, m->key_size));
	for (; i + 8 <= m->key_size; i += 8) {
		uint32_t word[2];

		memcpy(word, at + i, sizeof(word));
		sum += (uint64_t)(uint32_t)(word[0] + m->quick[i / 4]) * (uint32_t)(word[1] + m->quick[i / 4 + 1]);
	}
	if (i < m->key_size) {
		uint32_t word[2] = { 0 };

		memcpy(word, at + i, m->key_size - i);
		sum += (uint64_t)(uint32_t)(word[0] + m->quick[i / 4]) * (uint32_t)(word[1] + m->quick[i / 4 + 1]);
	}
	return stir(sum);
}

void *
map_find_hashed(const struct map *m, const void *key, uint32_t hash)
{
	if (m->slot_count == 0)
		return NULL;
	for (uint32_t i = home_of(m, hash); m->slots[i].number != 0; i = slot_after(m, i)) {
		struct entry *e;

		if (m->slots[i].hash != hash)
			continue;
		e = entry_at(m, m->slots[i].number);
		if (memcmp(key_of(m, e), key, m->key_size) == 0)
			return value_of(e);
	}
	return NULL;
}

void *
map_find(const struct map *m, const void *key)
{
	return map_find_hashed(m, key, map_hash(m, key));
}

/* A full table is read at random: large pages, where there are such, spare the processor most of its page walks. */
static void
prefer_large_pages(void *at, size_t octets)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uintptr_t first = ((uintptr_t)at + page - 1) & ~(page - 1), end = ((uintptr_t)at + octets) & ~(page - 1);

	if (octets >= 2 * HUGE_PAGE)
		(void)madvise((void *)first, end - first, MADV_HUGEPAGE); /* a wish: nothing depends on it */
}

/* Twice the slots, never more than the ceiling asks for; the old ones serve on when memory is short, down to the last
 * but one. */
static bool
grow_slots(struct map *m)
{
	uint32_t old = m->slot_count, count = old == 0 ? SLOTS_FIRST : old * 2;
	struct slot *before = m->slots, *slots;

	if (m->len + 1 <= old - old / 4)
		return true;
	if (count > m->slots_most || count < old)
		count = m->slots_most;
	if (count <= old)
		return m->len + 1 < old;
	slots = memory_take_zeroed(count, sizeof(*slots));
	if (slots == NULL)
		return m->len + 1 < old;
	prefer_large_pages(slots, count * sizeof(*slots));
	m->slots = slots;
	m->slot_count = count;
	for (uint32_t i = 0; i < old; i++)
		if (before[i].number != 0)
			take_slot(m, before[i].hash, before[i].number);
	memory_give_back(before);
	return true;
}

/* What will give way after this one is on its way into the cache by then. (Inline: the compiler drops calls of a
 * function that does no more than this.) */
static inline __attribute__((always_inline)) void
foresee(const struct map *m, uint32_t next)
{
	const struct entry *e;

	if (next == 0)
		return;
	e = entry_at(m, next);
	__builtin_prefetch(&m->slots[home_of(m, e->hash)], 1);
	if (e->newer != 0) {
		e = entry_at(m, e->newer);
		__builtin_prefetch(e, 1);
		__builtin_prefetch((const uint8_t *)e + sizeof(*e) + m->value_size - 1, 1);
	}
}

static bool
make_way_in(struct map *m, unsigned rank)
{
	uint32_t oldest = m->queues[rank].oldest;

	if (oldest == 0)
		return false;
	take_out(m, entry_at(m, oldest));
	foresee(m, m->queues[rank].oldest);
	m->evicted++;
	return true;
}

static bool
make_way(struct map *m, unsigned may_evict)
{
	for (unsigned rank = 0; rank <= may_evict && rank < MAP_RANKS; rank++)
		if (make_way_in(m, rank))
			return true;
	return false;
}

void
map_limit_rank(struct map *m, unsigned rank, size_t ceiling)
{
	m->queues[rank].ceiling = ceiling < UINT32_MAX ? (uint32_t)ceiling : UINT32_MAX;
}

/* Another slab: as many entries as there are so far, at most up to the ceiling. */
static bool
grow_slabs(struct map *m)
{
	uint32_t count = m->entries == 0 ? SLAB_FIRST : m->entries;
	size_t octets;
	uint8_t *slab;

	if (count > m->ceiling - m->entries)
		count = m->ceiling - m->entries;
	if (m->slab_count == SLABS_MAX || count > (SIZE_MAX - 8) / m->stride)
		return false;
	octets = count * m->stride + 8;
	slab = memory_take(octets);
	if (slab == NULL)
		return false;
	prefer_large_pages(slab, octets);
	m->slabs[m->slab_count] = slab;
	m->first[m->slab_count++] = slab + round_up(m->key_size);
	m->slab_octets += octets;
	m->entries += count;
	return true;
}

/* The number of an entry that is in no slot and no queue, or 0. */
static uint32_t
take_free(struct map *m, unsigned may_evict)
{
	uint32_t number;

	if (m->free == 0 && m->fresh == m->entries &&
	    (m->entries < m->ceiling ? !grow_slabs(m) : !make_way(m, may_evict)))
		return 0;
	if (m->free == 0)
		return ++m->fresh;
	number = m->free;
	m->free = entry_at(m, number)->older;
	return number;
}

void *
map_put_hashed(struct map *m, const void *key, uint32_t hash, unsigned rank, unsigned may_evict, bool *made)
{
	void *value = map_find_hashed(m, key, hash);

	if (made != NULL)
		*made = value == NULL;
	return value != NULL ? value : map_add_hashed(m, key, hash, rank, may_evict);
}

void *
map_add_hashed(struct map *m, const void *key, uint32_t hash, unsigned rank, unsigned may_evict)
{
	struct entry *e;
	uint32_t number;

	if (!grow_slots(m))
		return NULL;
	if (m->queues[rank].ceiling != 0 && m->queues[rank].len >= m->queues[rank].ceiling)
		(void)make_way_in(m, rank);
	number = take_free(m, may_evict);
	if (number == 0)
		return NULL;
	e = entry_at(m, number);
	memset(value_of(e), 0, m->value_size);
	memcpy(key_of(m, e), key, m->key_size);
	e->hash = hash;
	take_slot(m, hash, number);
	enqueue(m, e, number, rank);
	m->len++;
	return value_of(e);
}

void *
map_put(struct map *m, const void *key, unsigned rank, unsigned may_evict, bool *made)
{
	return map_put_hashed(m, key, map_hash(m, key), rank, may_evict, made);
}

void
map_touch(struct map *m, void *value, unsigned rank)
{
	struct entry *e = entry_of(value);
	uint32_t number;

	if (e->rank == rank && e->newer == 0)
		return;
	number = number_of(m, e);
	unqueue(m, e);
	enqueue(m, e, number, rank);
}

unsigned
map_rank(const void *value)
{
	return entry_of(value)->rank;
}

void *
map_oldest(const struct map *m, unsigned rank)
{
	uint32_t number = m->queues[rank].oldest;

	return number == 0 ? NULL : value_of(entry_at(m, number));
}

const void *
map_key(const struct map *m, const void *value)
{
	return key_of(m, entry_of(value));
}

void *
map_newer(const struct map *m, const void *value)
{
	uint32_t number = entry_of(value)->newer;

	return number == 0 ? NULL : value_of(entry_at(m, number));
}

void
map_remove(struct map *m, void *value)
{
	take_out(m, entry_of(value));
}

size_t
map_memory(const struct map *m)
{
	return sizeof(*m) + m->slab_octets + m->slot_count * sizeof(struct slot);
}
