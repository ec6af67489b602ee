/* SPDX-License-Identifier: Apache-2.0
 *
 * Makes segments out of any input and pushes them into one stream. Whatever they are, what is heard must be
 * (data | gap)* end per direction, once or again, agree with the counts, and leave nothing charged.
 *
 *	record: kind | position (2) | acknowledged (2) | length | octets ...
 */
#include <stdlib.h>

#include "base/bytes.h"
#include "stream/stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

struct heard {
	uint64_t data[2], gaps[2];
	bool ended[2];
	unsigned ends[2], packets;
	unsigned oddities[2][3];
	struct stream *stream;
	uint64_t mute_at;
};

static void
require(bool condition)
{
	if (!condition)
		abort();
}

static void
on_data(void *arg, enum direction d, struct bytes b, usec_t time)
{
	struct heard *h = arg;
	volatile uint8_t octet;

	(void)time;
	h->ended[d] = false; /* what goes on beyond it proves a FIN or RST wrong */
	require(b.len > 0);
	/* Each of them can be read. */
	for (size_t i = 0; i < b.len; i++)
		octet = b.at[i];
	(void)octet;
	h->data[d] += b.len;
	if (h->data[0] + h->data[1] >= h->mute_at)
		stream_mute(h->stream);
}

static void
on_gap(void *arg, enum direction d, uint64_t missing, usec_t time)
{
	struct heard *h = arg;

	(void)time;
	h->ended[d] = false;
	require(missing > 0);
	h->gaps[d] += missing;
}

static void
on_end(void *arg, enum direction d, enum stream_end end, usec_t time)
{
	struct heard *h = arg;

	(void)time;
	(void)end;
	require(++h->ends[d] <= h->packets + 1);
	h->ended[d] = true;
}

static void
on_oddity(void *arg, enum direction d, enum stream_oddity kind, uint64_t position, usec_t time)
{
	struct heard *h = arg;

	(void)position;
	(void)time;
	require(h->oddities[d][kind]++ == 0);
}

/* The upper bits of a kind choose what is rare. */
static uint32_t
number_of(uint16_t wire, uint8_t kind)
{
	return (kind & 0x80) != 0 ? (uint32_t)wire << 16 : wire;
}

static void
push_record(struct stream *s, struct heard *heard, struct cursor *c, usec_t *now)
{
	static const uint8_t flags[] = { TCP_ACK, TCP_ACK, TCP_ACK | TCP_FIN, TCP_SYN | TCP_ACK, TCP_RST, TCP_SYN, 0,
		TCP_ACK | TCP_URG };
	uint8_t kind = cursor_u8(c);
	struct packet p = { .flags = flags[kind >> 1 & 7], .window = 0x4000, .window_scale = 255 };

	/* Both sides begin a little before the wrap. */
	p.sequence = UINT32_MAX - 100 + number_of(cursor_be16(c), kind);
	p.acknowledged = UINT32_MAX - 100 + number_of(cursor_be16(c), kind);
	p.payload = cursor_take(c, cursor_u8(c) % 64);
	p.payload_cut = (kind & 0x60) == 0x60 ? 3 : 0;
	p.time = *now;
	*now += (kind & 0x10) != 0 ? USEC_PER_SEC / 3 : 10;
	if (!c->failed) {
		heard->packets++;
		stream_push(s, (enum direction)(kind & 1), &p);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	const struct stream_reader reader = { on_data, on_gap, on_end, on_oddity };
	const struct stream_limits limits = {
		.waiting_per_flow = 1500, .waiting_total = 2000, .reorder_packets = 8, .reorder_time = USEC_PER_SEC
	};
	struct stream_budget budget = { .limits = &limits, .reader = &reader, .max = limits.waiting_total };
	struct cursor c = cursor_of(bytes_of(at, len));
	uint8_t mode = cursor_u8(&c);
	struct heard heard = { .mute_at = (mode & 1) != 0 ? mode : UINT64_MAX };
	struct stream *s = stream_new(&budget, &heard);
	usec_t now = 0;

	if (s == NULL)
		return 0;
	heard.stream = s;
	for (int d = 0; d < 2; d++)
		if ((mode & 2 << d) != 0)
			stream_set_initial(s, (enum direction)d, UINT32_MAX - 101);
	while (!c.failed && c.left.len > 0) {
		push_record(s, &heard, &c, &now);
		require(budget.used <= limits.waiting_per_flow);
		if ((mode & 8) != 0)
			stream_tick(s, now);
	}
	stream_finish(s, now);
	require(!stream_waits(s) && budget.used == 0);
	for (int d = 0; d < 2; d++) {
		struct stream_counts n = stream_counts(s, (enum direction)d);

		require(heard.ended[d] && n.ended);
		if (heard.mute_at != UINT64_MAX)
			continue;
		require(n.bytes == heard.data[d] && n.missing == heard.gaps[d]);
		require((n.conflicts > 0) == (heard.oddities[d][STREAM_CONFLICT] > 0));
	}
	stream_free(s);
	require(budget.memory == 0);
	return 0;
}
