/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/frames.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAME_MAX 2048
#define FRAME_LEAST 60
#define ETHERNET_LEN 14
#define BUFFER_SIZE (1 << 20)
#define WINDOW 502 /* shifted by WINDOW_SCALE: 64 KiB */
#define WINDOW_SCALE 7
#define MSS 1460

struct frames {
	FILE *file;
	uint64_t count, bytes;
	bool failed;
};

/* What the file and each record of it begin with; native order, as the magic number tells. */
struct file_head {
	uint32_t magic;
	uint16_t major, minor;
	uint32_t zone, accuracy, snaplen, link;
};

struct record_head {
	uint32_t seconds, microseconds, captured, wire;
};

struct frames *
frames_open(const char *path)
{
	struct file_head head = { 0xa1b2c3d4u, 2, 4, 0, 0, 262144, 1 };
	struct frames *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->file = fopen(path, "wb");
	if (f->file == NULL) {
		free(f);
		return NULL;
	}
	(void)setvbuf(f->file, NULL, _IOFBF, BUFFER_SIZE);
	f->failed = fwrite(&head, sizeof(head), 1, f->file) != 1;
	return f;
}

static uint8_t *
put16(uint8_t *at, uint32_t x)
{
	at[0] = (uint8_t)(x >> 8);
	at[1] = (uint8_t)x;
	return at + 2;
}

static uint8_t *
put32(uint8_t *at, uint32_t x)
{
	return put16(put16(at, x >> 16), x);
}

/* RFC 1071: the sum of 16-bit words, eight octets at a time; the order of octets does not matter until the end. */
static uint64_t
sum_of(uint64_t sum, const uint8_t *at, size_t len)
{
	uint64_t word;

	for (; len >= 4; at += 4, len -= 4) {
		uint32_t part;

		memcpy(&part, at, sizeof(part));
		sum += part;
	}
	word = 0;
	memcpy(&word, at, len);
	return sum + word;
}

static void
put_checksum(uint8_t *at, uint64_t sum)
{
	uint16_t folded;

	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	folded = (uint16_t)~sum;
	memcpy(at, &folded, sizeof(folded));
}

static uint8_t *
put_link(uint8_t *at, const struct peers *p, enum side from)
{
	static const uint8_t station[2][6] = { { 0x02, 0, 0, 0, 0, 1 }, { 0x02, 0, 0, 0, 0, 2 } };

	memcpy(at, station[from == CLIENT ? SERVER : CLIENT], 6);
	memcpy(at + 6, station[from], 6);
	return put16(at + 12, p->v6 ? 0x86dd : 0x0800);
}

static uint8_t *
put_ip(uint8_t *at, const struct peers *p, const struct segment *s, uint8_t protocol, size_t len)
{
	enum side to = s->from == CLIENT ? SERVER : CLIENT;
	uint8_t *start = at;

	if (p->v6) {
		at = put32(at, 6u << 28);
		at = put16(at, (uint32_t)len);
		*at++ = protocol;
		*at++ = 64;
		memcpy(at, p->address[s->from], 16);
		memcpy(at + 16, p->address[to], 16);
		return at + 32;
	}
	at = put16(at, 0x4500);
	at = put16(at, (uint32_t)len + 20);
	at = put16(at, s->id);
	at = put16(at, 0x4000);
	*at++ = 64;
	*at++ = protocol;
	at = put16(at, 0);
	memcpy(at, p->address[s->from], 4);
	memcpy(at + 4, p->address[to], 4);
	put_checksum(start + 10, sum_of(0, start, 20));
	return at + 8;
}

/* The sum of the addresses, the protocol and the length that belongs to the checksum of what lies above IP. */
static uint64_t
pseudo_sum(const struct peers *p, uint8_t protocol, size_t len)
{
	size_t address_len = p->v6 ? 16 : 4;
	uint8_t tail[4];

	(void)put16(put16(tail, protocol), (uint32_t)len);
	return sum_of(sum_of(sum_of(0, p->address[0], address_len), p->address[1], address_len), tail, sizeof(tail));
}

static uint8_t *
put_options(uint8_t *at, const struct peers *p, const struct segment *s)
{
	if (p->bare)
		return at;
	if ((s->flags & FRAME_SYN) != 0) {
		at = put32(at, 0x02040000u | MSS);
		at = put32(at, 0x01030300u | WINDOW_SCALE);
		at = put32(at, 0x01010402u);
	}
	if (p->timestamps) {
		at = put32(at, 0x0101080au);
		at = put32(at, (uint32_t)(s->time / 1000));
		at = put32(at, s->echo);
	}
	return at;
}

static void
put_frame(struct frames *f, uint64_t time, uint8_t *frame, size_t len)
{
	struct record_head head = { (uint32_t)(time / 1000000), (uint32_t)(time % 1000000), 0, 0 };

	if (len < FRAME_LEAST) {
		memset(frame + len, 0, FRAME_LEAST - len);
		len = FRAME_LEAST;
	}
	head.captured = head.wire = (uint32_t)len;
	f->failed |= fwrite(&head, sizeof(head), 1, f->file) != 1 || fwrite(frame, len, 1, f->file) != 1;
	f->count++;
	f->bytes += len;
}

void
frames_tcp(struct frames *f, const struct peers *p, const struct segment *s)
{
	enum side to = s->from == CLIENT ? SERVER : CLIENT;
	size_t ip_len = p->v6 ? 40 : 20, len;
	uint8_t frame[FRAME_MAX], *tcp = frame + ETHERNET_LEN + ip_len, *at = tcp;

	at = put16(at, p->port[s->from]);
	at = put16(at, p->port[to]);
	at = put32(at, s->sequence);
	at = put32(at, s->acknowledged);
	at = put16(at, s->flags);
	at = put16(at, (s->flags & FRAME_SYN) != 0 ? 64240 : WINDOW);
	at = put32(at, 0);
	at = put_options(at, p, s);
	tcp[12] = (uint8_t)((at - tcp) / 4 << 4);
	if (s->len > 0)
		memcpy(at, s->payload, s->len);
	len = (size_t)(at - tcp) + s->len;
	put_checksum(tcp + 16, sum_of(pseudo_sum(p, 6, len), tcp, len));
	(void)put_ip(put_link(frame, p, s->from), p, s, 6, len);
	put_frame(f, s->time, frame, ETHERNET_LEN + ip_len + len);
}

void
frames_udp(struct frames *f, const struct peers *p, const struct segment *s)
{
	enum side to = s->from == CLIENT ? SERVER : CLIENT;
	size_t ip_len = p->v6 ? 40 : 20, len = 8 + s->len;
	uint8_t frame[FRAME_MAX], *udp = frame + ETHERNET_LEN + ip_len, *at = udp;

	at = put16(at, p->port[s->from]);
	at = put16(at, p->port[to]);
	at = put32(at, (uint32_t)len << 16);
	if (s->len > 0)
		memcpy(at, s->payload, s->len);
	put_checksum(udp + 6, sum_of(pseudo_sum(p, 17, len), udp, len));
	(void)put_ip(put_link(frame, p, s->from), p, s, 17, len);
	put_frame(f, s->time, frame, ETHERNET_LEN + ip_len + len);
}

uint64_t
frames_count(const struct frames *f)
{
	return f->count;
}

uint64_t
frames_bytes(const struct frames *f)
{
	return f->bytes;
}

bool
frames_close(struct frames *f)
{
	bool fine = fclose(f->file) == 0 && !f->failed;

	free(f);
	return fine;
}
