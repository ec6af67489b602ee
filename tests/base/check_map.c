/* SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"

#include <string.h>

#include "support/check_main.h"
#include "support/segments.h"

/* Check writes a record for each of its assertions, which the loops here would pay for a million times. */
#define HOLDS(condition)                                                                                               \
	do {                                                                                                           \
		if (!(condition))                                                                                      \
			ck_abort_msg("%s:%d: %s", __FILE__, __LINE__, #condition);                                     \
	} while (0)

/* A key as long as that of a flow, and a value that can tell whose it is. */
struct key {
	uint8_t octets[38];
};

struct value {
	uint64_t number;
	uint64_t mark;
};

static struct key
key_of(unsigned number)
{
	struct key k;

	/* The number in the last octets: keys that differ late. */
	memset(k.octets, 0x5a, sizeof(k.octets));
	memcpy(k.octets + sizeof(k.octets) - sizeof(number), &number, sizeof(number));
	return k;
}

/* The model: the same map as an array in order of use, searched from the front. */
#define MODEL_MAX 64
#define NUMBERS 96

struct model_entry {
	unsigned number, rank;
	struct value *value;
	uint64_t mark;
};

struct model {
	struct model_entry at[MODEL_MAX];
	size_t len, ceiling;
	uint64_t evicted;
	uint64_t marks;
	unsigned leaving; /* the number that the next farewell is for, plus one */
	size_t farewells;
};

static size_t
model_find(const struct model *m, unsigned number)
{
	for (size_t i = 0; i < m->len; i++)
		if (m->at[i].number == number)
			return i;
	return m->len;
}

static void
model_drop(struct model *m, size_t i)
{
	memmove(&m->at[i], &m->at[i + 1], (m->len - i - 1) * sizeof(m->at[0]));
	m->len--;
}

/* The place of the oldest entry of the lowest rank up to `rank`, or len. */
static size_t
model_victim(const struct model *m, unsigned most)
{
	for (unsigned rank = 0; rank <= most; rank++)
		for (size_t i = 0; i < m->len; i++)
			if (m->at[i].rank == rank)
				return i;
	return m->len;
}

static void
hear_farewell(void *arg, const void *key, void *value)
{
	struct model *m = arg;
	struct value *v = value;
	struct key k;

	m->farewells++;
	HOLDS(m->leaving != 0);
	k = key_of(m->leaving - 1);
	HOLDS(memcmp(key, &k, sizeof(k)) == 0);
	HOLDS(v->number == m->leaving - 1);
	m->leaving = 0;
}

static void
compare(const struct map *map, const struct model *m)
{
	struct key k;

	HOLDS(map_len(map) == m->len);
	HOLDS(map_evicted(map) == m->evicted);
	for (unsigned rank = 0; rank < MAP_RANKS; rank++) {
		struct value *v = map_oldest(map, rank);

		for (size_t i = 0; i < m->len; i++) {
			if (m->at[i].rank != rank)
				continue;
			HOLDS(v == m->at[i].value);
			HOLDS(v->number == m->at[i].number);
			HOLDS(v->mark == m->at[i].mark);
			HOLDS(map_rank(v) == rank);
			k = key_of(m->at[i].number);
			HOLDS(memcmp(map_key(map, v), &k, sizeof(k)) == 0);
			v = map_newer(map, v);
		}
		HOLDS(v == NULL);
	}
	for (unsigned number = 0; number < NUMBERS; number++) {
		size_t i = model_find(m, number);

		k = key_of(number);
		HOLDS(map_find(map, &k) == (i == m->len ? NULL : m->at[i].value));
	}
}

static void
put(struct map *map, struct model *m, unsigned number, unsigned rank, unsigned may_evict)
{
	size_t i = model_find(m, number), victim = m->len;
	struct key k = key_of(number);
	bool made = i != m->len; /* the wrong answer, so that it must be set */
	struct value *v;

	if (i == m->len && m->len == m->ceiling) {
		victim = model_victim(m, may_evict);
		if (victim < m->len)
			m->leaving = m->at[victim].number + 1;
	}
	v = map_put(map, &k, rank, may_evict, &made);
	HOLDS(m->leaving == 0);
	if (i < m->len) {
		HOLDS(v == m->at[i].value);
		HOLDS(!made);
		return;
	}
	if (victim < m->len) {
		model_drop(m, victim);
		m->evicted++;
	}
	if (m->len == m->ceiling) {
		HOLDS(v == NULL);
		return;
	}
	HOLDS(v != NULL);
	HOLDS(made);
	HOLDS(v->number == 0);
	HOLDS(v->mark == 0);
	v->number = number;
	v->mark = ++m->marks;
	m->at[m->len++] = (struct model_entry){ number, rank, v, v->mark };
}

static void
touch(struct map *map, struct model *m, unsigned number, unsigned rank)
{
	size_t i = model_find(m, number);
	struct model_entry e;

	if (i == m->len)
		return;
	e = m->at[i];
	e.rank = rank;
	map_touch(map, e.value, rank);
	model_drop(m, i);
	m->at[m->len++] = e;
}

static void
take(struct map *map, struct model *m, unsigned number)
{
	size_t i = model_find(m, number);

	if (i == m->len)
		return;
	m->leaving = number + 1;
	map_remove(map, m->at[i].value);
	HOLDS(m->leaving == 0);
	model_drop(m, i);
}

/* Frees an entry at a time, so that each farewell is checked like any other. */
static void
end(struct map *map, struct model *m)
{
	while (m->len > 0)
		take(map, m, m->at[m->len / 2].number);
	compare(map, m);
	map_free(map);
}

START_TEST(does_what_a_plain_array_does)
{
	static const size_t ceilings[] = { 1, 2, 7, 16, 17, 40, MODEL_MAX };
	const size_t ceiling = ceilings[_i];
	struct dice d = dice_new(11 + (uint64_t)_i);
	struct model m = { .ceiling = ceiling };
	struct map *map = map_new(sizeof(struct key), sizeof(struct value), ceiling, hear_farewell, &m);

	ck_assert_ptr_nonnull(map);
	compare(map, &m);
	for (int step = 0; step < 3000; step++) {
		unsigned what = dice_throw(&d, 8), number = dice_throw(&d, NUMBERS), rank = dice_throw(&d, MAP_RANKS);

		if (what < 4)
			put(map, &m, number, rank, dice_throw(&d, MAP_RANKS));
		else if (what < 7)
			touch(map, &m, number, rank);
		else
			take(map, &m, number);
		if (step % 8 == 0 || ceiling < 8)
			compare(map, &m);
	}
	/* It has been at its ceiling, or the test said nothing of eviction. */
	ck_assert_uint_gt(m.evicted, 100);
	ck_assert_uint_gt(m.farewells, m.evicted);
	end(map, &m);
}
END_TEST

START_TEST(a_full_rank_does_not_give_way_to_a_lower_one)
{
	struct map *map = map_new(sizeof(struct key), sizeof(struct value), 2, NULL, NULL);
	struct key a = key_of(1), b = key_of(2), c = key_of(3);
	bool made = false;

	ck_assert_ptr_nonnull(map_put(map, &a, 2, 0, NULL));
	ck_assert_ptr_nonnull(map_put(map, &b, 1, 0, NULL));
	ck_assert_ptr_null(map_put(map, &c, 0, 0, &made));
	ck_assert_uint_eq(map_evicted(map), 0);
	ck_assert_uint_eq(map_len(map), 2);
	/* One that is there is found even so. */
	ck_assert_ptr_eq(map_put(map, &a, 0, 0, &made), map_find(map, &a));
	ck_assert(!made);
	ck_assert_uint_eq(map_rank(map_find(map, &a)), 2);
	/* The lowest rank goes first though the other is older. */
	ck_assert_ptr_nonnull(map_put(map, &c, 0, 3, &made));
	ck_assert(made);
	ck_assert_ptr_null(map_find(map, &b));
	ck_assert_ptr_nonnull(map_find(map, &a));
	ck_assert_uint_eq(map_evicted(map), 1);
	map_free(map);
}
END_TEST

static void
count_farewell(void *arg, const void *key, void *value)
{
	size_t *count = arg;

	(void)key;
	(void)value;
	++*count;
}

START_TEST(the_end_says_farewell_to_all)
{
	size_t count = 0;
	struct map *map = map_new(sizeof(struct key), sizeof(struct value), 1000, count_farewell, &count);

	for (unsigned i = 0; i < 500; i++) {
		struct key k = key_of(i);

		ck_assert_ptr_nonnull(map_put(map, &k, i % MAP_RANKS, 0, NULL));
	}
	map_free(map);
	ck_assert_uint_eq(count, 500);
	map_free(NULL);
}
END_TEST

/* Values stay where they are while the map grows by many slabs, and what is removed is used again before more is asked
 * for. */
START_TEST(addresses_are_stable)
{
	enum { MANY = 20000 };
	static struct value *at[MANY];
	struct map *map = map_new(sizeof(struct key), sizeof(struct value), MANY, NULL, NULL);
	size_t memory;

	for (unsigned i = 0; i < MANY; i++) {
		struct key k = key_of(i);

		at[i] = map_put(map, &k, 0, 0, NULL);
		HOLDS(at[i] != NULL);
		at[i]->number = i;
	}
	memory = map_memory(map);
	for (unsigned i = 0; i < MANY; i++) {
		struct key k = key_of(i);

		HOLDS(map_find(map, &k) == at[i]);
		HOLDS(at[i]->number == i);
	}
	for (unsigned i = 0; i < MANY; i += 2)
		map_remove(map, at[i]);
	for (unsigned i = 0; i < MANY; i += 2) {
		struct key k = key_of(MANY + i);

		HOLDS(map_put(map, &k, 0, 0, NULL) != NULL);
	}
	for (unsigned i = 1; i < MANY; i += 2)
		HOLDS(at[i]->number == i);
	HOLDS(map_memory(map) == memory);
	map_free(map);
}
END_TEST

START_TEST(memory_grows_with_what_is_held)
{
	const size_t ceiling = 1000000, each = sizeof(struct key) + sizeof(struct value) + 48;
	struct map *map = map_new(sizeof(struct key), sizeof(struct value), ceiling, NULL, NULL);
	size_t most = 0;

	HOLDS(map_memory(map) <= 1024);
	for (unsigned i = 0; i < 100000; i++) {
		struct key k = key_of(i);

		HOLDS(map_put(map, &k, 0, 0, NULL) != NULL);
		if (i == 9)
			HOLDS(map_memory(map) <= 1024 + 16 * each);
		/* Never more than twice what is held, but for the first slab. */
		HOLDS(map_memory(map) <= 1024 + 16 * each + 2 * (i + 1) * each);
		if (map_memory(map) > most)
			most = map_memory(map);
	}
	HOLDS(most >= 100000 * (sizeof(struct key) + sizeof(struct value)));
	map_free(map);
}
END_TEST

/* The promise of the header, for sizes that fit badly and ceilings beside the powers of two. */
START_TEST(memory_keeps_its_promise)
{
	static const size_t sizes[] = { 1, 5, 8, 38, 63 };
	static const size_t ceilings[] = { 1, 2, 15, 16, 17, 31, 33, 1000, 1024, 1025, 4097 };
	static const size_t count = sizeof(ceilings) / sizeof(ceilings[0]);

	for (size_t c = 0; c < count; c++) {
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			size_t key_size = sizes[i] < 4 ? 4 : sizes[i];
			size_t value_size = sizes[sizeof(sizes) / sizeof(sizes[0]) - 1 - i];
			struct map *map = map_new(key_size, value_size, ceilings[c], NULL, NULL);
			size_t bound = 2048 + ceilings[c] * (key_size + value_size + 48), full;
			uint8_t key[64] = { 0 };

			for (uint32_t n = 0; n < ceilings[c]; n++) {
				uint8_t *value;

				memcpy(key, &n, sizeof(n));
				value = map_put(map, key, 0, 0, NULL);
				HOLDS(value != NULL);
				/* Every octet of it is ours. */
				memset(value, 0xff, value_size);
				HOLDS((uintptr_t)value % 8 == 0);
				HOLDS(map_memory(map) <= bound);
			}
			full = map_memory(map);
			for (uint32_t n = 0; n < ceilings[c]; n++) {
				memcpy(key, &n, sizeof(n));
				HOLDS(map_find(map, key) != NULL);
				HOLDS(memcmp(map_key(map, map_find(map, key)), key, key_size) == 0);
			}
			/* Full once, it asks for nothing any more. */
			for (uint32_t n = 0; n < 100; n++) {
				uint32_t number = UINT32_MAX - n;

				memcpy(key, &number, sizeof(number));
				HOLDS(map_put(map, key, 0, 0, NULL) != NULL);
			}
			HOLDS(map_memory(map) == full);
			HOLDS(map_evicted(map) == 100);
			map_free(map);
		}
	}
}
END_TEST

/* What a program sees of a map does not depend on its random key: two maps, the same uses, the same order. */
START_TEST(order_does_not_depend_on_the_key)
{
	struct map *maps[2];
	const void *a, *b;
	struct dice d = dice_new(5);

	for (int i = 0; i < 2; i++)
		maps[i] = map_new(sizeof(struct key), sizeof(struct value), 300, NULL, NULL);
	for (int step = 0; step < 5000; step++) {
		unsigned number = dice_throw(&d, 1000), rank = dice_throw(&d, MAP_RANKS), what = dice_throw(&d, 3);
		struct key k = key_of(number);

		for (int i = 0; i < 2; i++) {
			void *value = what == 0 ? map_put(maps[i], &k, rank, 3, NULL) : map_find(maps[i], &k);

			if (what == 1 && value != NULL)
				map_touch(maps[i], value, rank);
		}
	}
	ck_assert_uint_eq(map_len(maps[0]), 300);
	ck_assert_uint_gt(map_evicted(maps[0]), 100);
	ck_assert_uint_eq(map_evicted(maps[0]), map_evicted(maps[1]));
	for (unsigned rank = 0; rank < MAP_RANKS; rank++) {
		a = map_oldest(maps[0], rank);
		b = map_oldest(maps[1], rank);
		while (a != NULL && b != NULL) {
			ck_assert_mem_eq(map_key(maps[0], a), map_key(maps[1], b), sizeof(struct key));
			a = map_newer(maps[0], a);
			b = map_newer(maps[1], b);
		}
		ck_assert(a == NULL && b == NULL);
	}
	map_free(maps[0]);
	map_free(maps[1]);
}
END_TEST

/* The largest sizes, differing in the last octet, under a ceiling that nobody reaches. */
START_TEST(largest_sizes)
{
	struct map *map = map_new(65536, 65536, SIZE_MAX, NULL, NULL);
	static uint8_t key[65536];

	ck_assert_ptr_nonnull(map);
	ck_assert_ptr_nonnull(map_put(map, key, 0, 3, NULL));
	ck_assert_ptr_nonnull(map_find(map, key));
	key[65535] = 1;
	ck_assert_ptr_null(map_find(map, key));
	ck_assert_ptr_nonnull(map_put(map, key, 0, 3, NULL));
	ck_assert_uint_eq(map_len(map), 2);
	map_free(map);
}
END_TEST

/* A rank with a ceiling of its own takes no room from the others, and what moves into it stays. */
START_TEST(a_rank_has_a_ceiling_of_its_own)
{
	struct map *m = map_new(sizeof(uint32_t), sizeof(uint32_t), 100, NULL, NULL);
	uint32_t *value;

	map_limit_rank(m, 1, 10);
	for (uint32_t i = 0; i < 50; i++)
		ck_assert_ptr_nonnull(map_put(m, &i, 2, 0, NULL));
	for (uint32_t i = 100; i < 200; i++)
		ck_assert_ptr_nonnull(map_put(m, &i, 1, 0, NULL));
	ck_assert_uint_eq(map_len(m), 60);
	ck_assert_uint_eq(map_evicted(m), 90);
	for (uint32_t i = 100; i < 200; i++)
		ck_assert_int_eq(map_find(m, &i) != NULL, i >= 190);
	for (uint32_t i = 0; i < 50; i++) {
		value = map_find(m, &i);
		ck_assert_ptr_nonnull(value);
		map_touch(m, value, 1);
	}
	ck_assert_uint_eq(map_len(m), 60);
	for (uint32_t i = 200; i < 260; i++)
		ck_assert_ptr_nonnull(map_put(m, &i, 1, 0, NULL));
	ck_assert_uint_eq(map_len(m), 60); /* one goes for each that comes, until they are few */
	map_free(m);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, does_what_a_plain_array_does, 0, 7);
	tcase_add_test(tests, a_full_rank_does_not_give_way_to_a_lower_one);
	tcase_add_test(tests, the_end_says_farewell_to_all);
	tcase_add_test(tests, addresses_are_stable);
	tcase_add_test(tests, memory_grows_with_what_is_held);
	tcase_add_test(tests, memory_keeps_its_promise);
	tcase_add_test(tests, order_does_not_depend_on_the_key);
	tcase_add_test(tests, a_rank_has_a_ceiling_of_its_own);
	tcase_add_test(tests, largest_sizes);
}

CHECK_MAIN("base/map", add_tests)
