/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/distinct.h"

#include <math.h>

#define BITS 8 /* of the hash that choose the register */
#define RANK_MAX (64 - BITS + 1)

static bool
note(struct distinct *d, uint64_t hash)
{
	uint64_t rest = hash << BITS | (UINT64_C(1) << (BITS - 1));
	uint8_t rank = (uint8_t)(__builtin_clzll(rest) + 1);
	uint8_t *at = &d->of.registers[hash >> (64 - BITS)];

	if (rank <= *at)
		return false;
	*at = rank;
	return true;
}

static void
turn_into_registers(struct distinct *d)
{
	uint64_t hashes[DISTINCT_EXACT];
	uint32_t count = d->exact;

	memcpy(hashes, d->of.hashes, sizeof(hashes));
	memset(d, 0, sizeof(*d));
	d->estimates = 1;
	for (uint32_t i = 0; i < count; i++)
		(void)note(d, hashes[i]);
}

static bool
add_hash(struct distinct *d, uint64_t hash)
{
	if (d->estimates)
		return note(d, hash);
	for (uint32_t i = 0; i < d->exact; i++)
		if (d->of.hashes[i] == hash)
			return false;
	if (d->exact < DISTINCT_EXACT) {
		d->of.hashes[d->exact++] = hash;
		return true;
	}
	turn_into_registers(d);
	return note(d, hash);
}

bool
distinct_add(struct distinct *d, struct identity what)
{
	return add_hash(d, what.word[0]);
}

void
distinct_merge(struct distinct *to, const struct distinct *from)
{
	if (!from->estimates) {
		for (uint32_t i = 0; i < from->exact; i++)
			(void)add_hash(to, from->of.hashes[i]);
		return;
	}
	if (!to->estimates)
		turn_into_registers(to);
	for (size_t i = 0; i < DISTINCT_REGISTERS; i++)
		if (from->of.registers[i] > to->of.registers[i])
			to->of.registers[i] = from->of.registers[i];
}

uint64_t
distinct_count(const struct distinct *d)
{
	const double m = DISTINCT_REGISTERS;
	double sum = 0, estimate;
	unsigned empty = 0;

	if (!d->estimates)
		return d->exact;
	for (size_t i = 0; i < DISTINCT_REGISTERS; i++) {
		sum += ldexp(1, -d->of.registers[i]);
		empty += d->of.registers[i] == 0;
	}
	estimate = 0.7213 / (1 + 1.079 / m) * m * m / sum;
	if (estimate <= 2.5 * m && empty > 0)
		estimate = m * log(m / empty);
	/* There were more than would fit exactly, or there would be no registers. */
	return estimate > DISTINCT_EXACT + 1 ? (uint64_t)(estimate + 0.5) : DISTINCT_EXACT + 1;
}

bool
distinct_is_sound(const struct distinct *d)
{
	if (d->estimates > 1 || d->exact > (d->estimates ? 0 : DISTINCT_EXACT))
		return false;
	for (size_t i = 0; d->estimates && i < DISTINCT_REGISTERS; i++)
		if (d->of.registers[i] > RANK_MAX)
			return false;
	return true;
}
