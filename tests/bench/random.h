/* SPDX-License-Identifier: Apache-2.0
 *
 * random: numbers that look random and are the same in every run: a counter that is multiplied and folded until no bit
 * of it shows. Each connection of the corpus has its own row, so what one says does not depend on the others.
 */
#ifndef BENCH_RANDOM_H
#define BENCH_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct random {
	uint64_t at;
};

static inline uint64_t
random_next(struct random *r)
{
	uint64_t x = r->at += 0x9e3779b97f4a7c15u;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

/* The row of member number `number` of the family `seed`. */
static inline struct random
random_row(uint64_t seed, uint64_t number)
{
	struct random r = { seed };

	r.at = random_next(&r) + number * 0xd1342543de82ef95u;
	r.at = random_next(&r);
	return r;
}

/* 0 to most - 1; most is not 0. */
static inline uint32_t
random_below(struct random *r, uint32_t most)
{
	return (uint32_t)(((random_next(r) >> 32) * most) >> 32);
}

static inline uint32_t
random_between(struct random *r, uint32_t least, uint32_t most)
{
	return least + random_below(r, most - least + 1);
}

static inline bool
random_percent(struct random *r, uint32_t chance)
{
	return random_below(r, 100) < chance;
}

/* A size whose octaves are about equally likely, as sizes of files are. */
static inline uint32_t
random_size(struct random *r, uint32_t least, uint32_t most)
{
	uint32_t octaves = 0, base, size;

	while (least << (octaves + 1) <= most && octaves < 30)
		octaves++;
	base = least << random_below(r, octaves + 1);
	size = base + random_below(r, base);
	return size < most ? size : most;
}

#endif
