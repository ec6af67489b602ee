/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/baseline.h"

#include <math.h>
#include <stdlib.h>

/* MAD of a normal distribution, in deviations. */
#define MAD_OF_NORMAL 0.6745

/* No amount is larger: what is said of it must fit a number of octets. */
#define AMOUNT_MAX 1e18

struct past {
	usec_t first;
	uint32_t samples; /* ever; stays at its largest number */
	uint32_t next;	  /* place of the ring */
	double mean, variance;
	float ring[];
};

struct baselines {
	struct baseline_shape shape;
	struct map *keys;
	usec_t frozen; /* until */
	uint64_t untaught;
};

static size_t
past_size(const struct baseline_shape *s)
{
	return sizeof(struct past) + (s->method == BASELINE_MEDIAN ? s->ring * sizeof(float) : 0);
}

struct baselines *
baselines_new(size_t keys, const struct baseline_shape *shape)
{
	struct baselines *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->shape = *shape;
	if (b->shape.ring > BASELINE_RING_MAX)
		b->shape.ring = BASELINE_RING_MAX;
	if (b->shape.ring == 0)
		b->shape.ring = 1;
	b->keys = map_new(sizeof(struct identity), past_size(&b->shape), keys, NULL, NULL);
	if (b->keys == NULL) {
		free(b);
		return NULL;
	}
	return b;
}

static int
by_value(const void *one, const void *other)
{
	float a = *(const float *)one, b = *(const float *)other;

	return (a > b) - (a < b);
}

/* Sorts. Of an even number the mean of the two in the middle. */
static double
median(float *at, unsigned n)
{
	qsort(at, n, sizeof(*at), by_value);
	return n % 2 == 1 ? at[n / 2] : ((double)at[n / 2 - 1] + (double)at[n / 2]) / 2;
}

static unsigned
kept(const struct baselines *b, const struct past *p)
{
	return p->samples < b->shape.ring ? p->samples : b->shape.ring;
}

/* What is usual and how far it spreads, in logarithms. */
static void
centre(const struct baselines *b, const struct past *p, double *usual, double *spread)
{
	float at[BASELINE_RING_MAX];
	unsigned n = kept(b, p);

	if (b->shape.method == BASELINE_EWMA) {
		*usual = p->mean;
		*spread = sqrt(p->variance);
	} else {
		memcpy(at, p->ring, n * sizeof(*at));
		*usual = median(at, n);
		for (unsigned i = 0; i < n; i++)
			at[i] = (float)fabs((double)at[i] - *usual);
		*spread = median(at, n) / MAD_OF_NORMAL;
	}
	if (*spread < b->shape.floor)
		*spread = b->shape.floor;
}

static double
limit_of(const struct baselines *b, const struct past *p, double *usual)
{
	double spread;

	centre(b, p, usual, &spread);
	return *usual + b->shape.z * spread;
}

struct baseline_view
baselines_look(const struct baselines *b, struct identity key, usec_t now)
{
	const struct past *p = map_find(b->keys, &key);
	struct baseline_view v = { 0 };
	double usual, limit;

	if (p == NULL || p->samples == 0)
		return v;
	limit = limit_of(b, p, &usual);
	v.samples = p->samples;
	v.usual = fmin(expm1(usual), AMOUNT_MAX);
	v.limit = fmin(expm1(limit), AMOUNT_MAX);
	v.learnt = p->samples >= b->shape.samples && now - p->first >= b->shape.learning;
	return v;
}

void
baselines_teach(struct baselines *b, struct identity key, usec_t now, double sample)
{
	double x = log1p(fmin(fmax(sample, 0), AMOUNT_MAX)), usual, limit;
	struct past *p;
	bool made;

	if (now < b->frozen) {
		b->untaught++;
		return;
	}
	p = map_put(b->keys, &key, 0, 0, &made);
	if (p == NULL)
		return;
	map_touch(b->keys, p, 0);
	if (made) {
		p->first = now;
		p->mean = x;
	}
	if (p->samples > 0 && p->samples >= b->shape.samples) {
		limit = limit_of(b, p, &usual);
		if (x > limit)
			x = limit;
	}
	if (b->shape.method == BASELINE_EWMA) {
		double change = x - p->mean, alpha = b->shape.alpha;

		p->mean += alpha * change;
		p->variance = (1 - alpha) * (p->variance + alpha * change * change);
	} else {
		p->ring[p->next] = (float)x;
		p->next = p->next + 1 < b->shape.ring ? p->next + 1 : 0;
	}
	if (p->samples < UINT32_MAX)
		p->samples++;
}

void
baselines_freeze(struct baselines *b, usec_t until)
{
	if (until > b->frozen)
		b->frozen = until;
}

uint64_t
baselines_untaught(const struct baselines *b)
{
	return b->untaught;
}

static bool
exceeds(uint64_t lost, uint64_t came, double share)
{
	return lost > 0 && (double)lost > share * ((double)lost + (double)came);
}

bool
baseline_loses(const struct loss_report *r, double share)
{
	return exceeds(r->kernel_dropped, r->frames, share) || exceeds(r->interface_dropped, r->frames, share) ||
	       exceeds(r->handover_dropped, r->frames, share) ||
	       exceeds(r->observations_lost, r->observations, share) || exceeds(r->payload_missing, r->payload, share);
}

size_t
baselines_len(const struct baselines *b)
{
	return map_len(b->keys);
}

uint64_t
baselines_evicted(const struct baselines *b)
{
	return map_evicted(b->keys);
}

size_t
baselines_memory(const struct baselines *b)
{
	return map_memory(b->keys);
}

size_t
baselines_entry_size(const struct baseline_shape *shape)
{
	return sizeof(struct identity) + past_size(shape) + 48;
}

void
baselines_save(const struct baselines *b, struct state_out *out)
{
	state_put_u64(out, b->shape.method);
	state_put_u64(out, (uint64_t)b->frozen);
	state_put_map(out, b->keys, sizeof(struct identity), past_size(&b->shape));
}

static bool
is_past(const void *value)
{
	const struct past *p = value;

	return p->mean >= 0 && p->mean <= log1p(AMOUNT_MAX) && p->variance >= 0 && isfinite(p->variance) &&
	       p->next < BASELINE_RING_MAX && p->first >= 0;
}

/* The size of an entry is that of the ring, or nearly: a place beyond it is none. */
static bool
has_sound_ring(const struct baselines *b, struct past *p)
{
	if (p->next >= b->shape.ring)
		p->next = 0;
	for (unsigned i = 0; b->shape.method == BASELINE_MEDIAN && i < b->shape.ring; i++)
		if (!(p->ring[i] >= 0 && (double)p->ring[i] <= 2 * log1p(AMOUNT_MAX)))
			return false;
	return true;
}

bool
baselines_load(struct baselines *b, struct state_in *in)
{
	uint64_t method = state_get_u64(in), frozen = state_get_u64(in);
	struct past *p, *newer;

	if (method != b->shape.method || frozen > INT64_MAX ||
	    !state_get_map(in, b->keys, sizeof(struct identity), past_size(&b->shape), is_past))
		return false;
	b->frozen = (usec_t)frozen;
	for (p = map_oldest(b->keys, 0); p != NULL; p = newer) {
		newer = map_newer(b->keys, p);
		if (!has_sound_ring(b, p))
			map_remove(b->keys, p);
	}
	return true;
}

void
baselines_free(struct baselines *b)
{
	if (b == NULL)
		return;
	map_free(b->keys);
	free(b);
}
